import {
  type Durability,
  operation,
  type Transaction as TableTransaction,
  type Transactions,
} from '@lockstep/database';
import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { LedgerTables } from './tables.ts';

/** What an operation of the gateway works with: its records are added to the audit with everything else it writes. */
export interface LedgerTransaction<Tables = LedgerTables> extends TableTransaction<Tables> {
  /** Adds a record to the chain; it is written after the operation has returned. */
  append(record: NewRecord): RecordRef;
}

/** Adds several records, all or none. */
export const appendAll = operation(
  'appendAll',
  async (tx: LedgerTransaction, records: readonly NewRecord[]): Promise<RecordRef[]> => {
    return records.map((record) => tx.append(record));
  },
);

/** The gateway's memory: the audit, and whatever operations keep. */
export interface Store extends Transactions {
  /** The UUID of this state folder, and the epoch of this start. */
  readonly writer: { readonly id: string; readonly epoch: number };
  append(record: NewRecord, durability: Durability): Promise<RecordRef>;
  /** Signs the current ends of all chains and adds that to `checkpoints.jsonl`. */
  checkpoint(): Promise<void>;
  /** Resolves when everything acknowledged so far is durable. */
  flush(): Promise<void>;
  /** Age in seconds of the oldest record that isn't acknowledged yet; 0 if there is none. */
  lag(): number;
  /** Records the stop, signs a last checkpoint that says so, and releases the state folder. */
  close(): Promise<void>;
}
