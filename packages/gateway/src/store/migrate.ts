import type { Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { approvalsMigration } from '../approvals/migrations.ts';
import { archiveMigration } from '../archive/migrations.ts';
import { tokenSourceMigration, tokensMigration } from '../identity/migrations.ts';
import { auditMigration } from '../ledger/migrations.ts';

/**
 * Brings the tables up to date.
 *
 * @throws Error in one sentence when a newer Lockstep wrote them.
 */
// biome-ignore lint/suspicious/noExplicitAny: what the Migrator asks for; migrations see tables of every age.
export async function migrate(db: Kysely<any>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) {
    const applied: { name: string }[] = await db.selectFrom(DEFAULT_MIGRATION_TABLE).select('name').execute();
    const unknown = applied.map(({ name }) => name).filter((name) => !(name in migrations));
    if (unknown.length > 0) {
      throw new Error(`A newer lockstep wrote the database (it has ${unknown.join(', ')}); update lockstep.`);
    }
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Every migration in the order of its application; the numbers keep that order. None is ever edited once released. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-audit': auditMigration,
  '0002-approvals': approvalsMigration,
  '0003-tokens': tokensMigration,
  '0004-token-source': tokenSourceMigration,
  '0005-archive': archiveMigration,
};
