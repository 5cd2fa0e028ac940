import { operation } from '@lockstep/database';
import { type NewRecord, printPlace, type RecordRef } from '@lockstep/model/record';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import { aboutApproval, closeRow } from './close.ts';
import { type ApprovalSettings, type ApprovalState, findApproval, iso, stateOf } from './row.ts';
import type { ApprovalTables } from './tables.ts';

/** A call that will be forwarded next. */
interface CommitInput {
  /** The approval that the call needs, and the call's binding now. */
  readonly approval?: { readonly id: string; readonly binding: string; readonly settings: ApprovalSettings };
  readonly intent: NewRecord;
}

type Committed =
  | { readonly ok: true; readonly ref: RecordRef }
  | { readonly ok: false; readonly state: ApprovalState };
/**
 * Uses up an approval and records the intent, both or neither. If several calls use the same approval, one passes and
 * the others get its state.
 *
 * @throws Error if the approval isn't for this call: the pipeline has mixed up two.
 */
export const commitIntent = operation(
  'commitIntent',
  async (tx: LedgerTransaction<ApprovalTables>, input: CommitInput): Promise<Committed> => {
    const { approval } = input;
    if (approval === undefined) return { ok: true, ref: tx.append(input.intent) };
    const row = await findApproval(tx.db, approval.id);
    if (row === undefined || row.binding !== approval.binding) {
      throw new Error(`The approval ${approval.id} is not for this call.`);
    }
    const state = await stateOf(tx, row, approval.settings);
    if (state.state !== 'approved') return { ok: false, state };
    const ref = tx.append({ ...input.intent, approval: row.id });
    tx.append({
      ...aboutApproval(row),
      kind: 'approval.used',
      time: iso(tx.now),
      detail: { intent: printPlace(ref) },
    });
    if (!(await closeRow(tx, row.id, { state: 'used', why: null, usedBy: ref }))) {
      throw new Error(`The approval ${row.id} was used by another call at the same time.`);
    }
    return { ok: true, ref };
  },
);
