import type { Migration } from 'kysely/migration';
import { auditMigration } from './0001-audit.ts';
import { approvalsMigration } from './0002-approvals.ts';
import { tokensMigration } from './0003-tokens.ts';
import { tokenSourceMigration } from './0004-token-source.ts';
import { archiveMigration } from './0005-archive.ts';

/** Every migration in the order of its application; the numbers keep that order. None is ever edited once released. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-audit': auditMigration,
  '0002-approvals': approvalsMigration,
  '0003-tokens': tokensMigration,
  '0004-token-source': tokenSourceMigration,
  '0005-archive': archiveMigration,
};
