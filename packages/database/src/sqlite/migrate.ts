import type { Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';

/**
 * Brings the tables up to date.
 *
 * @param migrations all migrations by name, in the order in which they are applied.
 * @throws Error with one sentence if a newer Lockstep wrote them.
 */
export async function migrate(
  // biome-ignore lint/suspicious/noExplicitAny: the Migrator's own type, because migrations see tables of every version.
  db: Kysely<any>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
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
