import { operation, query } from '@lockstep/database';
import type { RecordPlace } from '@lockstep/model/record';
import { type Kysely, sql } from 'kysely';
import type { Range } from '../audit/search-step.ts';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import type { LedgerTables } from '../ledger/tables.ts';
import type { ArchiveTables } from './tables.ts';

/** Most records that are counted as waiting; this bounds how long others wait for the database. */
const maxCounted = 100_000;

/** A segment whose end is fixed. */
export interface ClosedSegment extends Range {
  /** Milliseconds since 1970. */
  readonly closedAt: number;
}

/** The limits of one segment; the first to be reached counts. A larger record goes alone. */
export interface SegmentSize {
  readonly records: number;
  /** Bytes of the records' text. */
  readonly bytes: number;
}
/**
 * Returns the segment to send next: one that was closed before and hasn't arrived, or else the next records, closed
 * now. Its records are durable when this returns. Null if all have arrived.
 */
export const closeSegment = operation(
  'closeSegment',
  async (
    { db, now }: LedgerTransaction<ArchiveTables & LedgerTables>,
    { destination, size }: { readonly destination: string; readonly size: SegmentSize },
  ): Promise<ClosedSegment | null> => {
    const open = await db
      .selectFrom('archive_segments')
      .select(['writer', 'epoch', 'first', 'last', 'closed_at as closedAt'])
      .where('destination', '=', destination)
      .where('sent_at', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (open !== undefined) return open;
    for (const after of await archiveEnds(db, destination)) {
      const range = await nextRange(db, after, size);
      if (range === undefined) continue;
      await db
        .insertInto('archive_segments')
        .values({ destination, ...range, closed_at: now, sent_at: null })
        .execute();
      return { ...range, closedAt: now };
    }
    return null;
  },
);
/** Notes that the archive has the segment. */
export const segmentSent = operation(
  'segmentSent',
  async (
    { db, now }: LedgerTransaction<ArchiveTables & LedgerTables>,
    { destination, segment }: { readonly destination: string; readonly segment: Range },
  ): Promise<void> => {
    await db
      .updateTable('archive_segments')
      .set({ sent_at: now })
      .where('destination', '=', destination)
      .where('writer', '=', segment.writer)
      .where('epoch', '=', segment.epoch)
      .where('first', '=', segment.first)
      .execute();
  },
);
/** How many records the archive doesn't have yet; 100,000 stands for that many or more. */
export const archiveLag = query(
  'archiveLag',
  async (
    db: Kysely<ArchiveTables & LedgerTables>,
    { destination }: { readonly destination: string },
  ): Promise<number> => {
    let waiting = 0;
    for (const after of await archiveEnds(db, destination, 'sent')) {
      const { count } = await db
        .selectFrom(recordsAfter(db, after).select('seq').limit(maxCounted).as('waiting'))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      waiting += Number(count);
    }
    return Math.min(waiting, maxCounted);
  },
);

/** For every writer, the place of its last record in a segment; place 0 of epoch 0 if there is none. */
async function archiveEnds(
  db: Kysely<ArchiveTables & LedgerTables>,
  destination: string,
  which: 'closed' | 'sent' = 'closed',
): Promise<RecordPlace[]> {
  const ends: RecordPlace[] = [];
  for (const { writer } of await db.selectFrom('writers').select('writer').orderBy('writer').execute()) {
    let segments = db
      .selectFrom('archive_segments')
      .select(['writer', 'epoch', 'last as seq'])
      .where('destination', '=', destination)
      .where('writer', '=', writer);
    if (which === 'sent') segments = segments.where('sent_at', 'is not', null);
    const end = await segments.orderBy('epoch', 'desc').orderBy('first', 'desc').limit(1).executeTakeFirst();
    ends.push(end ?? { writer, epoch: 0, seq: 0 });
  }
  return ends;
}

/** The next records of one epoch, as many as fit; undefined if there are none. */
async function nextRange(
  db: Kysely<ArchiveTables & LedgerTables>,
  after: RecordPlace,
  size: SegmentSize,
): Promise<Range | undefined> {
  const rows = await recordsAfter(db, after)
    .select(['epoch', 'seq', sql<number>`octet_length(record)`.as('bytes')])
    .orderBy('epoch')
    .orderBy('seq')
    .limit(size.records)
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  let last = first;
  let bytes = 0;
  for (const row of rows) {
    bytes += row.bytes;
    if (row.epoch !== first.epoch || (bytes > size.bytes && row !== first)) break;
    last = row;
  }
  return { writer: after.writer, epoch: first.epoch, first: first.seq, last: last.seq };
}

function recordsAfter(db: Kysely<ArchiveTables & LedgerTables>, { writer, epoch, seq }: RecordPlace) {
  return db
    .selectFrom('audit')
    .where('writer', '=', writer)
    .where(({ eb, refTuple, tuple }) => eb(refTuple('epoch', 'seq'), '>', tuple(epoch, seq)));
}
