import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tokens that come from a token file are told from those that were created here. */
export const tokenSourceMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('tokens')
      .addColumn('source', 'text', (column) => column.notNull().defaultTo('created'))
      .execute();
  },
};
