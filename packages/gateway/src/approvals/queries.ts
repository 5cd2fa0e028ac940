import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';
import { findApproval, openStates, stateOf, type Windows } from './row.ts';
import type { ApprovalState } from './state.ts';
import type { ApprovalRow, ApprovalVerdictRow } from './tables.ts';

/** An approval with all that is known of it. */
export interface FoundApproval {
  readonly row: ApprovalRow;
  readonly state: ApprovalState;
  readonly verdicts: readonly ApprovalVerdictRow[];
}

/** One approval, as of now. */
export async function approval(
  db: Kysely<Database>,
  input: { readonly id: string; readonly windows?: Windows },
): Promise<FoundApproval | null> {
  const row = await findApproval(db, input.id);
  return row === undefined ? null : withState(db, row, input.windows);
}

/** The newest approvals first. */
export async function listApprovals(
  db: Kysely<Database>,
  input: { readonly open: boolean; readonly limit: number },
): Promise<FoundApproval[]> {
  let rows = db.selectFrom('approvals').selectAll();
  if (input.open) rows = rows.where('state', 'in', openStates).where('expires_at', '>', Date.now());
  const found = await rows.orderBy('requested_at', 'desc').orderBy('id').limit(input.limit).execute();
  return Promise.all(found.map((row) => withState(db, row)));
}

/** How many wait for a verdict. */
export async function countWaiting(db: Kysely<Database>, _input: null): Promise<number> {
  const { count } = await db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('state', '=', 'pending')
    .where('expires_at', '>', Date.now())
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** How many are past their expiry and not closed yet. */
export async function countDue(db: Kysely<Database>, _input: null): Promise<number> {
  const { count } = await db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('state', 'in', openStates)
    .where('expires_at', '<=', Date.now())
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function withState(db: Kysely<Database>, row: ApprovalRow, windows?: Windows): Promise<FoundApproval> {
  const verdicts = await db
    .selectFrom('approval_verdicts')
    .selectAll()
    .where('approval', '=', row.id)
    .orderBy('given_at')
    .orderBy('owner_key')
    .execute();
  return { row, state: await stateOf(db, row, Date.now(), windows), verdicts };
}
