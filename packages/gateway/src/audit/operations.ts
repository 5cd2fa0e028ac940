import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { Transaction } from '../store/transaction.ts';
import { auditHeads, auditPage } from './pages.ts';
import { rangeStep, recordsOfApproval, searchStep } from './search-step.ts';

/** Several records that stand or fall together. */
async function appendAll(tx: Transaction, records: readonly NewRecord[]): Promise<RecordRef[]> {
  return records.map((record) => tx.append(record));
}

export const auditOperations = { appendAll };
export const auditQueries = { auditHeads, auditPage, searchStep, rangeStep, recordsOfApproval };
