import type { NewRecord, RecordRef } from '@lockstep/model/record';
import { operation, type Transaction } from '../ledger/operation.ts';

/** Several records that stand or fall together. */
export const appendAll = operation(
  'appendAll',
  async (tx: Transaction, records: readonly NewRecord[]): Promise<RecordRef[]> => {
    return records.map((record) => tx.append(record));
  },
);
