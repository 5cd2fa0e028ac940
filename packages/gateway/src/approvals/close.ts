import { operation } from '@lockstep/database';
import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import { type ApprovalStatus, iso, openStates } from './row.ts';
import type { Shown } from './shown.ts';
import type { ApprovalRow, ApprovalTables } from './tables.ts';

/** Who or what ended an approval, for the record. */
interface Closing {
  readonly state: Exclude<ApprovalStatus, 'pending' | 'approved'>;
  readonly why: string | null;
  readonly deniedBy?: string;
  readonly usedBy?: RecordRef;
}

/** An approval that was closed. */
interface Closed {
  readonly id: string;
  readonly target: string;
}

/**
 * Ends an open approval and wipes its arguments. If several try at once, only one succeeds.
 *
 * @returns whether it was open.
 */
export async function closeRow(
  tx: LedgerTransaction<ApprovalTables>,
  id: string,
  closing: Closing,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('approvals')
    .set({
      state: closing.state,
      arguments: null,
      closed_at: tx.now,
      close_reason: closing.why,
      denied_by: closing.deniedBy ?? null,
      used_by: closing.usedBy === undefined ? null : JSON.stringify(closing.usedBy),
    })
    .where('id', '=', id)
    .where('state', 'in', openStates)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Closes approvals with one record each. */
async function closeAll(
  tx: LedgerTransaction<ApprovalTables>,
  rows: readonly ApprovalRow[],
  closing: Closing,
  by: Partial<NewRecord> = {},
): Promise<Closed[]> {
  const closed: Closed[] = [];
  for (const row of rows) {
    if (!(await closeRow(tx, row.id, closing))) continue;
    tx.append({
      ...aboutApproval(row),
      ...by,
      kind: 'approval.closed',
      time: iso(tx.now),
      detail: { state: closing.state, why: closing.why },
    });
    closed.push({ id: row.id, target: row.target });
  }
  return closed;
}

/** The fields that every record about an approval has. */
export function aboutApproval(
  row: ApprovalRow,
): Pick<NewRecord, 'environment' | 'approval'> & Partial<NewRecord> {
  const shown = JSON.parse(row.shown) as Shown;
  return {
    environment: shown.environment,
    approval: row.id,
    method: shown.method,
    server: shown.server,
    source: shown.source,
    target: shown.target,
    ...(shown.definitionDigest !== null && { toolDigest: shown.definitionDigest }),
  };
}
/** Closes approvals past their expiry; `binding` narrows this to one. */
export async function expire(
  tx: LedgerTransaction<ApprovalTables>,
  input: { readonly binding?: string },
): Promise<Closed[]> {
  let due = tx.db
    .selectFrom('approvals')
    .selectAll()
    .where('state', 'in', openStates)
    .where('expires_at', '<=', tx.now);
  if (input.binding !== undefined) due = due.where('binding', '=', input.binding);
  return closeAll(tx, await due.orderBy('expires_at').orderBy('id').execute(), {
    state: 'expired',
    why: null,
  });
}

/** {@link expire} as an operation of its own. */
export const expireDue = operation('expireDue', expire);

/** Which open approvals to void, and why, in a clause that follows “void”. Without server and targets: all of them. */
interface VoidInput {
  readonly server?: string;
  /** As rules name them. */
  readonly targets?: readonly string[];
  readonly why: string;
}
/** Voids open approvals after a change to what they cover. */
export const voidApprovals = operation(
  'voidApprovals',
  async (tx: LedgerTransaction<ApprovalTables>, input: VoidInput): Promise<Closed[]> => {
    if (input.targets?.length === 0) return [];
    let open = tx.db.selectFrom('approvals').selectAll().where('state', 'in', openStates);
    if (input.server !== undefined) open = open.where('server', '=', input.server);
    if (input.targets !== undefined) open = open.where('target', 'in', input.targets);
    return closeAll(tx, await open.orderBy('id').execute(), { state: 'void', why: input.why });
  },
);

/** How a human revokes an open approval. */
interface RevokeInput {
  readonly id: string;
  readonly why: string;
  /** The human who revokes it, for the record. */
  readonly by: Pick<NewRecord, 'principal' | 'credential'>;
}
/** Voids one approval if it is open; otherwise does nothing. */
export const revokeApproval = operation(
  'revokeApproval',
  async (tx: LedgerTransaction<ApprovalTables>, input: RevokeInput): Promise<Closed[]> => {
    const rows = await tx.db
      .selectFrom('approvals')
      .selectAll()
      .where('id', '=', input.id)
      .where('state', 'in', openStates)
      .where('expires_at', '>', tx.now)
      .execute();
    return closeAll(tx, rows, { state: 'void', why: input.why }, input.by);
  },
);
