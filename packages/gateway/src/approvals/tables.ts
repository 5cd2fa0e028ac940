import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** One approval; `store/registry.ts` says how times and structured values are stored. */
export interface ApprovalRow {
  id: string;
  /** Keyed hash of everything that it covers; at most one open approval has it. */
  binding: string;
  /** See `ApprovalStatus`. */
  state: string;
  server: string;
  target: string;
  requester_issuer: string;
  requester_subject: string;
  requester_owner: string;
  /** The form in which owners are compared. */
  requester_owner_key: string;
  /** JSON of what approvers see, without the arguments; see `shownSchema`. */
  shown: string;
  /** The arguments, sealed; null once it is closed. */
  arguments: string | null;
  /** Keyed hash of everything that approvers see; verdicts quote it. */
  seen: string;
  quorum: number;
  /** JSON array of roles. */
  approvers: string;
  requested_at: number;
  expires_at: number;
  closed_at: number | null;
  /** Why it was denied or voided. */
  close_reason: string | null;
  /** The owner who denied it. */
  denied_by: string | null;
  /** JSON of the `RecordRef` of the call's intent. */
  used_by: string | null;
}

/** One human's verdict on one approval. */
export interface ApprovalVerdictRow {
  approval: string;
  owner_key: string;
  owner: string;
  issuer: string;
  subject: string;
  /** The token that it was given with. */
  credential: string;
  /** `approve` or `deny`. */
  verdict: string;
  note: string | null;
  given_at: number;
}

export interface ApprovalTables {
  approvals: ApprovalRow;
  approval_verdicts: ApprovalVerdictRow;
}

/** Approvals and their verdicts. */
export const approvalsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('approvals')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('binding', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('server', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('requester_issuer', 'text', (column) => column.notNull())
      .addColumn('requester_subject', 'text', (column) => column.notNull())
      .addColumn('requester_owner', 'text', (column) => column.notNull())
      .addColumn('requester_owner_key', 'text', (column) => column.notNull())
      .addColumn('shown', 'text', (column) => column.notNull())
      .addColumn('arguments', 'text')
      .addColumn('seen', 'text', (column) => column.notNull())
      .addColumn('quorum', 'integer', (column) => column.notNull())
      .addColumn('approvers', 'text', (column) => column.notNull())
      .addColumn('requested_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('closed_at', 'bigint')
      .addColumn('close_reason', 'text')
      .addColumn('denied_by', 'text')
      .addColumn('used_by', 'text')
      .execute();
    // The database itself ensures that a call has at most one open approval.
    await db.schema
      .createIndex('approvals_open')
      .unique()
      .on('approvals')
      .column('binding')
      .where('state' as never, 'in', ['pending', 'approved'] as never)
      .execute();
    await db.schema
      .createIndex('approvals_binding')
      .on('approvals')
      .columns(['binding', 'closed_at'])
      .execute();
    await db.schema
      .createIndex('approvals_state')
      .on('approvals')
      .columns(['state', 'requested_at'])
      .execute();

    await db.schema
      .createTable('approval_verdicts')
      .addColumn('approval', 'text', (column) => column.notNull().references('approvals.id'))
      .addColumn('owner_key', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('credential', 'text', (column) => column.notNull())
      .addColumn('verdict', 'text', (column) => column.notNull())
      .addColumn('note', 'text')
      .addColumn('given_at', 'bigint', (column) => column.notNull())
      // One vote per human, however many tokens they hold.
      .addPrimaryKeyConstraint('approval_verdicts_owner', ['approval', 'owner_key'])
      .execute();
  },
};
