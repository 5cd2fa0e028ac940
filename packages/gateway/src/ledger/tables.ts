import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** One audit record; every column below `record` repeats one of its fields, for searching. */
export interface AuditRow {
  writer: string;
  epoch: number;
  seq: number;
  /** `sha256:` and the hex of the SHA-256 of `record`. */
  hash: string;
  /** The record: canonical JSON text. */
  record: string;
  time: number;
  kind: string;
  issuer: string | null;
  subject: string | null;
  owner: string | null;
  server: string | null;
  target: string | null;
  decision: string | null;
  outcome: string | null;
  approval: string | null;
}

/** A writer: one row per state folder or replica. */
interface WriterRow {
  /** A UUID. */
  writer: string;
  /** Rises at each start. */
  epoch: number;
  /** When this writer last gave a sign of life. */
  heartbeat: number;
}

/** Intents whose outcome isn't recorded yet. */
interface OpenIntentRow {
  /** The intent's place, as `printPlace` writes it. */
  intent: string;
  writer: string;
}

/** The ledger's tables. */
export interface LedgerTables {
  audit: AuditRow;
  writers: WriterRow;
  open_intents: OpenIntentRow;
}

/** The audit: records, their writers, and intents that wait for their outcome. */
export const auditMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('audit')
      .addColumn('writer', 'text', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('time', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text')
      .addColumn('subject', 'text')
      .addColumn('owner', 'text')
      .addColumn('server', 'text')
      .addColumn('target', 'text')
      .addColumn('decision', 'text')
      .addColumn('outcome', 'text')
      .addColumn('approval', 'text')
      .addPrimaryKeyConstraint('audit_place', ['writer', 'epoch', 'seq'])
      .execute();
    // One index holds everything that searches ask for. So a search never reads records that it leaves out, and an
    // append touches one page of the index, since time only grows.
    await db.schema
      .createIndex('audit_search')
      .on('audit')
      .columns([
        'time',
        'writer',
        'epoch',
        'seq',
        'kind',
        'subject',
        'owner',
        'target',
        'decision',
        'outcome',
      ])
      .execute();
    await db.schema
      .createIndex('audit_approval')
      .on('audit')
      .column('approval')
      .where('approval' as never, 'is not', null as never)
      .execute();

    await db.schema
      .createTable('writers')
      .addColumn('writer', 'text', (column) => column.primaryKey().notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('heartbeat', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('open_intents')
      .addColumn('intent', 'text', (column) => column.primaryKey().notNull())
      .addColumn('writer', 'text', (column) => column.notNull())
      .execute();
  },
};
