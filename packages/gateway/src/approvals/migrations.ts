import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Approvals and what humans said of them. */
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
    // The database itself holds that a call has one open approval.
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
      // One voice per human, whatever number of tokens they hold.
      .addPrimaryKeyConstraint('approval_verdicts_owner', ['approval', 'owner_key'])
      .execute();
  },
};
