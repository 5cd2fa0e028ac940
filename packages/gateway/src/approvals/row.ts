import type { RecordRef } from '@lockstep/model/record';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import type { ApprovalRow, ApprovalTables } from './tables.ts';

/** How long a closed approval still answers an identical call, in seconds. */
export interface ApprovalSettings {
  readonly pauseAfterDenial: number;
  readonly repeatWindow: number;
}

/** The states in which an approval can still be decided or used. */
export const openStates: readonly ApprovalStatus[] = ['pending', 'approved'];

/** Reads one approval; undefined if there is none. */
export function findApproval(
  db: LedgerTransaction<ApprovalTables>['db'],
  id: string,
): Promise<ApprovalRow | undefined> {
  return db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The approver roles; an approver needs one of them. */
export function approversOf(row: ApprovalRow): string[] {
  return JSON.parse(row.approvers) as string[];
}

/** The approval as of now, with its verdicts counted; see {@link toState}. */
export async function stateOf(
  { db, now }: Pick<LedgerTransaction<ApprovalTables>, 'db' | 'now'>,
  row: ApprovalRow,
  settings?: ApprovalSettings,
): Promise<ApprovalState> {
  return toState(row, await countApproving(db, row.id), now, settings);
}

/**
 * Reads a row as of `now`. An open approval past its expiry counts as expired, whether or not that is recorded yet.
 *
 * @param have how many humans have approved.
 */
export function toState(
  row: ApprovalRow,
  have: number,
  now: number,
  settings?: ApprovalSettings,
): ApprovalState {
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
    ...answersUntil(row, settings),
  };
}

/** How many different owners have approved. */
export async function countApproving(
  db: LedgerTransaction<ApprovalTables>['db'],
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

function answersUntil(row: ApprovalRow, settings: ApprovalSettings | undefined): { pausedUntil?: string } {
  if (settings === undefined || row.closed_at === null) return {};
  if (row.state === 'denied') return { pausedUntil: iso(row.closed_at + settings.pauseAfterDenial * 1000) };
  if (row.state === 'used') return { pausedUntil: iso(row.closed_at + settings.repeatWindow * 1000) };
  return {};
}

/** Milliseconds since 1970 as ISO 8601 in UTC, the form for people and records. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** The states of an approval; the first two are open, the others final. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'used' | 'expired' | 'void';

/** What the requester is told about an approval. Times are ISO 8601. */
export interface ApprovalState {
  readonly id: string;
  /** The target, as rules name it: `files/write_file`. */
  readonly target: string;
  readonly state: ApprovalStatus;
  /** How many humans have approved; `quorum` says how many must. */
  readonly have: number;
  readonly quorum: number;
  /** The approver roles; an approver needs at least one of them. */
  readonly approvers: readonly string[];
  readonly requestedAt: string;
  /** Until when it can be decided or used. */
  readonly expiresAt: string;
  /** When it was denied, used, expired or voided. */
  readonly closedAt?: string;
  /** Why it was denied or voided. */
  readonly why?: string;
  /** The owner who denied it. */
  readonly deniedBy?: string;
  /** The record of the call that it let through. */
  readonly usedBy?: RecordRef;
  /** If denied: until when an identical call is refused. If used: until when it is answered with the record. */
  readonly pausedUntil?: string;
}

/** No approval was requested. */
export type NotAsked = TooMany | TooLarge;

/** A principal already has as many waiting requests as it may have. */
export interface TooMany {
  readonly state: 'too many';
  readonly target: string;
  readonly pending: number;
  readonly most: number;
}

/** The arguments are longer than a human can read through. */
export interface TooLarge {
  readonly state: 'too large';
  readonly target: string;
  /** Characters of the arguments' canonical JSON. */
  readonly length: number;
  readonly most: number;
}
