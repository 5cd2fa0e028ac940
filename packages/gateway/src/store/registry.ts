import type { Operation, Query } from '@lockstep/database';
import type { Migration } from 'kysely/migration';
import { expireDue, revokeApproval, voidApprovals } from '../approvals/close.ts';
import { commitIntent } from '../approvals/consume.ts';
import { openOrFindApproval } from '../approvals/open.ts';
import { countDue, countWaiting, findApprovalById, listApprovals } from '../approvals/queries.ts';
import { approvalsMigration } from '../approvals/tables.ts';
import { giveVerdict } from '../approvals/verdict.ts';
import { archiveLag, closeSegment, segmentSent } from '../archive/operations.ts';
import { archiveMigration } from '../archive/tables.ts';
import { auditHeads, auditPage } from '../audit/pages.ts';
import { rangeStep, recordsOfApproval, searchStep } from '../audit/search-step.ts';
import { declareTokens } from '../identity/declare.ts';
import { tokenSourceMigration, tokensMigration } from '../identity/tables.ts';
import { createToken, listTokens, revokeToken } from '../identity/token-operations.ts';
import { appendAll } from '../ledger/store-port.ts';
import { auditMigration } from '../ledger/tables.ts';

type AnyOperation = Operation<never, unknown>;
type AnyQuery = Query<never, unknown>;

/** The operations of every feature. The store's thread finds them here by name. */
export const operations: ReadonlyMap<string, AnyOperation> = byName<AnyOperation>([
  openOrFindApproval,
  giveVerdict,
  commitIntent,
  expireDue,
  voidApprovals,
  revokeApproval,
  closeSegment,
  segmentSent,
  appendAll,
  createToken,
  revokeToken,
  declareTokens,
]);

/** The queries of every feature. */
export const queries: ReadonlyMap<string, AnyQuery> = byName<AnyQuery>([
  findApprovalById,
  listApprovals,
  countWaiting,
  countDue,
  archiveLag,
  auditHeads,
  auditPage,
  searchStep,
  rangeStep,
  recordsOfApproval,
  listTokens,
]);

function byName<T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  const named = new Map(all.map((one) => [one.name, one]));
  if (named.size !== all.length) throw new Error('Two operations, or two queries, have the same name.');
  return named;
}

/**
 * Every migration, in the order of the numbers. A migration is never edited once it is released.
 *
 * Conventions of the tables, the same on SQLite and PostgreSQL: times are integers, milliseconds since 1970; booleans
 * are 0 or 1; structured values are JSON text.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-audit': auditMigration,
  '0002-approvals': approvalsMigration,
  '0003-tokens': tokensMigration,
  '0004-token-source': tokenSourceMigration,
  '0005-archive': archiveMigration,
};
