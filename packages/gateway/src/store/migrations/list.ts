import type { Migration } from 'kysely/migration';
import { auditMigration } from './0001-audit.ts';

/** Every migration in the order of its application; the numbers keep that order. None is ever edited once released. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-audit': auditMigration,
};
