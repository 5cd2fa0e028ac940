import { operation } from '@lockstep/database';
import type { Principal } from '@lockstep/model/internal';
import type { NewRecord } from '@lockstep/model/record';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import { expire } from './close.ts';
import { type ApprovalSettings, type ApprovalState, openStates, stateOf, type TooMany } from './row.ts';
import type { ApprovalRow, ApprovalTables } from './tables.ts';

/** A request for approval, prepared by `checkApproval`. */
interface OpenInput {
  readonly id: string;
  readonly binding: string;
  readonly server: string;
  readonly target: string;
  readonly requester: Principal;
  readonly requesterOwnerKey: string;
  /** JSON. */
  readonly shown: string;
  /** Sealed. */
  readonly arguments: string;
  readonly seen: string;
  readonly quorum: number;
  readonly approvers: readonly string[];
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly settings: ApprovalSettings;
  readonly pendingPerPrincipal: number;
  /** The record of the request, without the fields of the approval. */
  readonly record: NewRecord;
}

export type Opened = (ApprovalState & { readonly created: boolean }) | TooMany;
/**
 * Finds the approval of a call, or opens one. An open approval comes first; then, within the windows, one that was
 * denied or used.
 */
export const openOrFindApproval = operation(
  'openOrFindApproval',
  async (tx: LedgerTransaction<ApprovalTables>, input: OpenInput): Promise<Opened> => {
    await expire(tx, { binding: input.binding });
    const found = await findAnswering(tx, input);
    if (found !== undefined) return { ...found, created: false };
    const pending = await countPending(tx, input.requester);
    if (pending >= input.pendingPerPrincipal) {
      return { state: 'too many', target: input.target, pending, most: input.pendingPerPrincipal };
    }
    const row = await insert(tx, input);
    tx.append(input.record);
    return { ...(await stateOf(tx, row)), created: true };
  },
);

async function findAnswering(
  tx: LedgerTransaction<ApprovalTables>,
  input: OpenInput,
): Promise<ApprovalState | undefined> {
  const ofBinding = tx.db.selectFrom('approvals').selectAll().where('binding', '=', input.binding);
  const open = await ofBinding.where('state', 'in', openStates).executeTakeFirst();
  if (open !== undefined) return stateOf(tx, open);
  const last = await ofBinding.orderBy('closed_at', 'desc').orderBy('id').limit(1).executeTakeFirst();
  if (last === undefined) return undefined;
  const state = await stateOf(tx, last, input.settings);
  return state.pausedUntil !== undefined && tx.now < Date.parse(state.pausedUntil) ? state : undefined;
}

async function countPending(tx: LedgerTransaction<ApprovalTables>, requester: Principal): Promise<number> {
  const { count } = await tx.db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('state', '=', 'pending')
    .where('expires_at', '>', tx.now)
    .where('requester_issuer', '=', requester.issuer)
    .where('requester_subject', '=', requester.subject)
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function insert(tx: LedgerTransaction<ApprovalTables>, input: OpenInput): Promise<ApprovalRow> {
  return tx.db
    .insertInto('approvals')
    .values({
      id: input.id,
      binding: input.binding,
      state: 'pending',
      server: input.server,
      target: input.target,
      requester_issuer: input.requester.issuer,
      requester_subject: input.requester.subject,
      requester_owner: input.requester.owner,
      requester_owner_key: input.requesterOwnerKey,
      shown: input.shown,
      arguments: input.arguments,
      seen: input.seen,
      quorum: input.quorum,
      approvers: JSON.stringify(input.approvers),
      requested_at: input.requestedAt,
      expires_at: input.expiresAt,
      closed_at: null,
      close_reason: null,
      denied_by: null,
      used_by: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}
