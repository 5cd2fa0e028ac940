import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** One token; `store/registry.ts` says how times and structured values are stored. */
export interface TokenRow {
  id: string;
  /** Hex of the SHA-256 of the secret; the secret itself isn't stored. */
  hash: string;
  subject: string;
  owner: string;
  /** JSON array. */
  roles: string;
  /** `mcp` or `admin`. */
  audience: string;
  created_at: number;
  created_by: string;
  expires_at: number;
  revoked_at: number | null;
  revoked_by: string | null;
  /** `created` here, or declared in a token `file`. */
  source: string;
}

export interface TokenTables {
  tokens: TokenRow;
}

/** Named bearer tokens. */
export const tokensMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('tokens')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('roles', 'text', (column) => column.notNull())
      .addColumn('audience', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('revoked_at', 'bigint')
      .addColumn('revoked_by', 'text')
      .execute();
  },
};

/** Tells tokens of a token file from tokens that were created here. */
export const tokenSourceMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('tokens')
      .addColumn('source', 'text', (column) => column.notNull().defaultTo('created'))
      .execute();
  },
};
