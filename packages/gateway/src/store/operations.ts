import { expireDue, revokeApproval, voidApprovals } from '../approvals/close.ts';
import { commitIntent } from '../approvals/commit.ts';
import { openOrFindApproval } from '../approvals/open.ts';
import { countDue, countWaiting, findApprovalById, listApprovals } from '../approvals/queries.ts';
import { giveVerdict } from '../approvals/verdict.ts';
import { archiveLag, closeSegment, segmentSent } from '../archive/operations.ts';
import { appendAll } from '../audit/operations.ts';
import { auditHeads, auditPage } from '../audit/pages.ts';
import { rangeStep, recordsOfApproval, searchStep } from '../audit/search-step.ts';
import { declareTokens } from '../identity/declare.ts';
import { createToken, listTokens, revokeToken } from '../identity/operations.ts';
import type { Operation, Query } from '../ledger/operation.ts';

type AnyOperation = Operation<never, unknown>;
type AnyQuery = Query<never, unknown>;

/** What every feature writes besides single records. The store's thread finds them here by their names. */
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

/** What every feature reads. */
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
  if (named.size !== all.length) throw new Error('Two operations, or two queries, have one name.');
  return named;
}
