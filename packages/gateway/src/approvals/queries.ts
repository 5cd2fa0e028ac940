import { query } from '@lockstep/database';
import type { Kysely } from 'kysely';
import { type ApprovalSettings, type ApprovalState, findApproval, openStates, toState } from './row.ts';
import type { ApprovalRow, ApprovalTables, ApprovalVerdictRow } from './tables.ts';

/** An approval with everything that is known about it. */
export interface FoundApproval {
  readonly row: ApprovalRow;
  readonly state: ApprovalState;
  readonly verdicts: readonly ApprovalVerdictRow[];
}

/** One approval, as of now. */
export const findApprovalById = query(
  'findApprovalById',
  async (
    db: Kysely<ApprovalTables>,
    input: { readonly id: string; readonly settings?: ApprovalSettings },
  ): Promise<FoundApproval | null> => {
    const row = await findApproval(db, input.id);
    return row === undefined ? null : ((await withVerdicts(db, [row], input.settings))[0] ?? null);
  },
);
/** Approvals, newest first. */
export const listApprovals = query(
  'listApprovals',
  async (
    db: Kysely<ApprovalTables>,
    input: { readonly open: boolean; readonly limit: number },
  ): Promise<FoundApproval[]> => {
    let rows = db.selectFrom('approvals').selectAll();
    if (input.open) rows = rows.where('state', 'in', openStates).where('expires_at', '>', Date.now());
    const found = await rows.orderBy('requested_at', 'desc').orderBy('id').limit(input.limit).execute();
    return withVerdicts(db, found);
  },
);
/** How many approvals wait for a verdict. */
export const countWaiting = query(
  'countWaiting',
  async (db: Kysely<ApprovalTables>, _input: null): Promise<number> => {
    const { count } = await db
      .selectFrom('approvals')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .where('state', '=', 'pending')
      .where('expires_at', '>', Date.now())
      .executeTakeFirstOrThrow();
    return Number(count);
  },
);
/** How many approvals are past their expiry but not closed yet. */
export const countDue = query(
  'countDue',
  async (db: Kysely<ApprovalTables>, _input: null): Promise<number> => {
    const { count } = await db
      .selectFrom('approvals')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .where('state', 'in', openStates)
      .where('expires_at', '<=', Date.now())
      .executeTakeFirstOrThrow();
    return Number(count);
  },
);

async function withVerdicts(
  db: Kysely<ApprovalTables>,
  rows: readonly ApprovalRow[],
  settings?: ApprovalSettings,
): Promise<FoundApproval[]> {
  if (rows.length === 0) return [];
  const given = await db
    .selectFrom('approval_verdicts')
    .selectAll()
    .where(
      'approval',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('given_at')
    .orderBy('owner_key')
    .execute();
  const byApproval = Map.groupBy(given, ({ approval }) => approval);
  const now = Date.now();
  return rows.map((row) => {
    const verdicts = byApproval.get(row.id) ?? [];
    const have = verdicts.filter(({ verdict }) => verdict === 'approve').length;
    return { row, state: toState(row, have, now, settings), verdicts };
  });
}
