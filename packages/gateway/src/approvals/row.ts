import type { RecordRef } from '@lockstep/model/record';
import type { Transaction } from '../ledger/operation.ts';
import type { ApprovalState, ApprovalStatus } from './state.ts';
import type { ApprovalRow, ApprovalTables } from './tables.ts';

/** How long a closed approval still answers for an identical call, in seconds. */
export interface Windows {
  readonly pauseAfterDenial: number;
  readonly repeatWindow: number;
}

/** The states in which an approval can still be decided or used. */
export const openStates: readonly ApprovalStatus[] = ['pending', 'approved'];

/** Reads one approval; undefined where there is none. */
export function findApproval(
  db: Transaction<ApprovalTables>['db'],
  id: string,
): Promise<ApprovalRow | undefined> {
  return db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The roles of which an approver holds one. */
export function approversOf(row: ApprovalRow): string[] {
  return JSON.parse(row.approvers) as string[];
}

/** The approval as of now, counting its verdicts; see {@link toState}. */
export async function stateOf(
  { db, now }: Pick<Transaction<ApprovalTables>, 'db' | 'now'>,
  row: ApprovalRow,
  windows?: Windows,
): Promise<ApprovalState> {
  return toState(row, await countApproving(db, row.id), now, windows);
}

/**
 * Reads a row as of `now`: an open approval past its time is expired, whether or not that is recorded already.
 *
 * @param have - How many have approved.
 */
export function toState(row: ApprovalRow, have: number, now: number, windows?: Windows): ApprovalState {
  const expired = openStates.some((open) => open === row.state) && row.expires_at <= now;
  const state = expired ? 'expired' : (row.state as ApprovalStatus);
  return {
    id: row.id,
    target: row.target,
    state,
    have,
    quorum: row.quorum,
    approvers: approversOf(row),
    requestedAt: iso(row.requested_at),
    expiresAt: iso(row.expires_at),
    ...(row.closed_at !== null && { closedAt: iso(row.closed_at) }),
    ...(row.close_reason !== null && { why: row.close_reason }),
    ...(row.denied_by !== null && { deniedBy: row.denied_by }),
    ...(row.used_by !== null && { usedBy: JSON.parse(row.used_by) as RecordRef }),
    ...answersUntil(row, windows),
  };
}

/** How many distinct owners have approved. */
export async function countApproving(
  db: Transaction<ApprovalTables>['db'],
  approval: string,
): Promise<number> {
  const { count } = await db
    .selectFrom('approval_verdicts')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('approval', '=', approval)
    .where('verdict', '=', 'approve')
    .executeTakeFirstOrThrow();
  return Number(count);
}

function answersUntil(row: ApprovalRow, windows: Windows | undefined): { pausedUntil?: string } {
  if (windows === undefined || row.closed_at === null) return {};
  if (row.state === 'denied') return { pausedUntil: iso(row.closed_at + windows.pauseAfterDenial * 1000) };
  if (row.state === 'used') return { pausedUntil: iso(row.closed_at + windows.repeatWindow * 1000) };
  return {};
}

/** Milliseconds since 1970 as ISO 8601 in UTC, the way people and records are told. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
