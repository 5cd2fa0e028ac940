import { operation } from '@lockstep/database';
import type { Principal } from '@lockstep/model/internal';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import { aboutApproval, closeRow, expire } from './close.ts';
import { type ApprovalState, approversOf, countApproving, findApproval, iso, stateOf } from './row.ts';
import type { ApprovalRow, ApprovalTables } from './tables.ts';

/** One human's verdict on one approval. */
interface VerdictInput {
  readonly id: string;
  readonly verdict: 'approve' | 'deny';
  /** The digest of what the approver was shown. */
  readonly seen: string;
  /** Why, in the approver's words; if it is a denial, the requester is told. */
  readonly note: string | null;
  readonly approver: Principal;
  readonly approverOwnerKey: string;
  /** The token's id. */
  readonly credential: string;
}

export type VerdictAnswer =
  | { readonly ok: true; readonly state: ApprovalState }
  /** Why not, in one sentence; `stale`: the request has changed since the approver saw it. */
  | {
      readonly ok: false;
      readonly why: 'unknown' | 'forbidden' | 'stale' | 'closed';
      readonly sentence: string;
    };

type Refused = Extract<VerdictAnswer, { ok: false }>;
/**
 * Takes a verdict. The approver needs one of the clause's roles and must be another human than the requester's owner.
 * Each human counts once. One “deny” ends the approval, even after others have approved, until it is used.
 */
export const giveVerdict = operation(
  'giveVerdict',
  async (tx: LedgerTransaction<ApprovalTables>, input: VerdictInput): Promise<VerdictAnswer> => {
    const found = await findApproval(tx.db, input.id);
    if (found === undefined) {
      return {
        ok: false,
        why: 'unknown',
        sentence: `There is no approval ${input.id}; see the list of those that wait.`,
      };
    }
    await expire(tx, { binding: found.binding });
    const row = (await findApproval(tx.db, input.id)) ?? found;
    const refused = await refusal(tx, row, input);
    if (refused !== undefined) {
      record(tx, row, input, { outcome: 'refused', error: refused.sentence });
      return refused;
    }
    await keep(tx, input);
    if (input.verdict === 'deny') await deny(tx, row, input);
    else await approve(tx, row, input);
    return { ok: true, state: await stateOf(tx, (await findApproval(tx.db, row.id)) ?? row) };
  },
);

async function refusal(
  tx: LedgerTransaction<ApprovalTables>,
  row: ApprovalRow,
  input: VerdictInput,
): Promise<Refused | undefined> {
  const roles = approversOf(row);
  if (!roles.some((role) => input.approver.roles.includes(role))) {
    return no(
      'forbidden',
      `Deciding on ${row.target} requires the role ${roles.join(' or ')}; this token has none of them.`,
    );
  }
  if (input.approverOwnerKey === row.requester_owner_key) {
    return no('forbidden', `${input.approver.owner} is the requester's owner; another human must decide.`);
  }
  if (row.state !== 'pending' && !(row.state === 'approved' && input.verdict === 'deny')) {
    const state = row.state === 'void' ? 'void' : `already ${row.state}`;
    return no('closed', `The approval ${row.id} is ${state}; there is nothing left to decide.`);
  }
  if (input.seen !== row.seen) {
    return no('stale', 'The request has changed since you saw it; look at the approval again, then decide.');
  }
  if (input.verdict === 'approve' && (await hasApproved(tx, row.id, input.approverOwnerKey))) {
    return no('closed', `${input.approver.owner} has already approved; another human must decide.`);
  }
  return undefined;
}

function no(why: Refused['why'], sentence: string): Refused {
  return { ok: false, why, sentence };
}

async function hasApproved(
  tx: LedgerTransaction<ApprovalTables>,
  approval: string,
  ownerKey: string,
): Promise<boolean> {
  const given = await tx.db
    .selectFrom('approval_verdicts')
    .select('verdict')
    .where('approval', '=', approval)
    .where('owner_key', '=', ownerKey)
    .executeTakeFirst();
  return given?.verdict === 'approve';
}

async function keep(tx: LedgerTransaction<ApprovalTables>, input: VerdictInput): Promise<void> {
  const given = { verdict: input.verdict, note: input.note, credential: input.credential, given_at: tx.now };
  await tx.db
    .insertInto('approval_verdicts')
    .values({
      approval: input.id,
      owner_key: input.approverOwnerKey,
      owner: input.approver.owner,
      issuer: input.approver.issuer,
      subject: input.approver.subject,
      ...given,
    })
    // An approver may still deny.
    .onConflict((conflict) => conflict.columns(['approval', 'owner_key']).doUpdateSet(given))
    .execute();
}

async function approve(
  tx: LedgerTransaction<ApprovalTables>,
  row: ApprovalRow,
  input: VerdictInput,
): Promise<void> {
  const have = await countApproving(tx.db, row.id);
  const state = have >= row.quorum ? 'approved' : 'pending';
  await tx.db
    .updateTable('approvals')
    .set({ state })
    .where('id', '=', row.id)
    .where('state', '=', 'pending')
    .execute();
  record(tx, row, input, { outcome: 'ok' }, { have, quorum: row.quorum, state });
}

async function deny(
  tx: LedgerTransaction<ApprovalTables>,
  row: ApprovalRow,
  input: VerdictInput,
): Promise<void> {
  record(tx, row, input, { outcome: 'ok' }, { state: 'denied' });
  await closeRow(tx, row.id, { state: 'denied', why: input.note, deniedBy: input.approver.owner });
  tx.append({
    ...aboutApproval(row),
    kind: 'approval.closed',
    time: iso(tx.now),
    detail: { state: 'denied', why: input.note },
  });
}

function record(
  tx: LedgerTransaction<ApprovalTables>,
  row: ApprovalRow,
  input: VerdictInput,
  end: { outcome: 'ok' | 'refused'; error?: string },
  detail: Record<string, string | number> = {},
): void {
  tx.append({
    ...aboutApproval(row),
    kind: 'approval.verdict',
    time: iso(tx.now),
    principal: input.approver,
    credential: input.credential,
    ...end,
    detail: { verdict: input.verdict, note: input.note, seen: input.seen, ...detail },
  });
}
