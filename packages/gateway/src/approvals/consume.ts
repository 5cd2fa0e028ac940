import { operation } from '@lockstep/database';
import { type NewRecord, printPlace, type RecordRef } from '@lockstep/model/record';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import { aboutApproval, closeRow } from './close.ts';
import { type ApprovalSettings, type ApprovalState, findApproval, iso, stateOf } from './row.ts';
import type { ApprovalTables } from './tables.ts';

/** A call that is about to be forwarded. */
interface CommitInput {
  /** The approval that it needs, and the binding that the call has now. */
  readonly approval?: { readonly id: string; readonly binding: string; readonly settings: ApprovalSettings };
  readonly intent: NewRecord;
}

type Committed =
  | { readonly ok: true; readonly ref: RecordRef }
  | { readonly ok: false; readonly state: ApprovalState };
/**
 * Uses an approval up and records the intent, both or neither. Of any number of calls that bring the same approval one
 * gets through; the others learn its state.
 *
 * @throws Error when the approval isn't for this call: the pipeline has mixed two up.
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
      throw new Error(`The approval ${row.id} was used by another call in the same moment.`);
    }
    return { ok: true, ref };
  },
);
