import type { Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';

/**
 * Brings the tables up to date.
 *
 * @param migrations every migration by its name, in the order of their application.
 * @throws Error in one sentence when a newer Lockstep wrote them.
 */
export async function migrate(
  // biome-ignore lint/suspicious/noExplicitAny: what the Migrator asks for; migrations see tables of every age.
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
