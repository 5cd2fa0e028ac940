import type { RecordRef } from '@lockstep/model/record';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import type { ApprovalRow, ApprovalTables } from './tables.ts';

/** How long a closed approval still answers for an identical call, in seconds. */
export interface ApprovalSettings {
  readonly pauseAfterDenial: number;
  readonly repeatWindow: number;
}

/** The states in which an approval can still be decided or used. */
export const openStates: readonly ApprovalStatus[] = ['pending', 'approved'];

/** Reads one approval; undefined where there is none. */
export function findApproval(
  db: LedgerTransaction<ApprovalTables>['db'],
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
  { db, now }: Pick<LedgerTransaction<ApprovalTables>, 'db' | 'now'>,
  row: ApprovalRow,
  settings?: ApprovalSettings,
): Promise<ApprovalState> {
  return toState(row, await countApproving(db, row.id), now, settings);
}

/**
 * Reads a row as of `now`: an open approval past its time is expired, whether or not that is recorded already.
 *
 * @param have - How many have approved.
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

/** How many distinct owners have approved. */
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

/** Milliseconds since 1970 as ISO 8601 in UTC, the way people and records are told. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Where an approval can be; the first two are open, the others final. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'used' | 'expired' | 'void';

/** What is told of an approval to whoever asked for it. Times are ISO 8601. */
export interface ApprovalState {
  readonly id: string;
  /** What it is for, as rules name it: `files/write_file`. */
  readonly target: string;
  readonly state: ApprovalStatus;
  /** How many humans have approved, of the `quorum` that is wanted. */
  readonly have: number;
  readonly quorum: number;
  /** Roles of which an approver holds at least one. */
  readonly approvers: readonly string[];
  readonly requestedAt: string;
  /** Until when it can be decided and used. */
  readonly expiresAt: string;
  /** When it was denied, used, expired or voided. */
  readonly closedAt?: string;
  /** Why it was denied or voided. */
  readonly why?: string;
  /** Who denied it: the owner. */
  readonly deniedBy?: string;
  /** The record of the call that it let through. */
  readonly usedBy?: RecordRef;
  /** Denied: until when an identical call isn't asked about again. Used: until when it is answered with the record. */
  readonly pausedUntil?: string;
}

/** No approval was asked for. */
export type NotAsked = TooMany | TooLarge;

/** A principal has as many requests waiting as it may. */
export interface TooMany {
  readonly state: 'too many';
  readonly target: string;
  readonly pending: number;
  readonly most: number;
}

/** The arguments are more than a human can look through. */
export interface TooLarge {
  readonly state: 'too large';
  readonly target: string;
  /** Characters of the arguments' canonical JSON. */
  readonly length: number;
  readonly most: number;
}
