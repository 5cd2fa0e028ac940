import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A stretch of one epoch that goes to the archive as one object. */
interface ArchiveSegmentRow {
  /** Bucket and prefix: an audit that moves to another place begins again there, so it is complete there. */
  destination: string;
  writer: string;
  epoch: number;
  /** Places of its first and last record. */
  first: number;
  last: number;
  /** When its end was fixed. It never changes, so sending the segment twice changes nothing. */
  closed_at: number;
  /** When the archive had received it; null before. */
  sent_at: number | null;
}

export interface ArchiveTables {
  archive_segments: ArchiveSegmentRow;
}

/** The segments of the audit that go to an archive. */
export const archiveMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('archive_segments')
      .addColumn('destination', 'text', (column) => column.notNull())
      .addColumn('writer', 'text', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('first', 'bigint', (column) => column.notNull())
      .addColumn('last', 'bigint', (column) => column.notNull())
      .addColumn('closed_at', 'bigint', (column) => column.notNull())
      .addColumn('sent_at', 'bigint')
      .addPrimaryKeyConstraint('archive_segments_place', ['destination', 'writer', 'epoch', 'first'])
      .execute();
    await db.schema
      .createIndex('archive_segments_open')
      .on('archive_segments')
      .column('destination')
      .where('sent_at' as never, 'is', null as never)
      .execute();
  },
};
