import {
  type Durability,
  operation,
  type Transaction as TableTransaction,
  type Transactions,
} from '@lockstep/database';
import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { LedgerTables } from './tables.ts';

/** What an operation of the gateway works with: records go into the audit with whatever else it writes. */
export interface LedgerTransaction<Tables = LedgerTables> extends TableTransaction<Tables> {
  /** Adds a record to the chain; it is written when the operation has returned. */
  append(record: NewRecord): RecordRef;
}

/** Several records that stand or fall together. */
export const appendAll = operation(
  'appendAll',
  async (tx: LedgerTransaction, records: readonly NewRecord[]): Promise<RecordRef[]> => {
    return records.map((record) => tx.append(record));
  },
);

/** The gateway's memory: the audit, and what operations keep. */
export interface Store extends Transactions {
  /** Who writes here: this state folder's UUID, and the epoch of this start. */
  readonly writer: { readonly id: string; readonly epoch: number };
  append(record: NewRecord, durability: Durability): Promise<RecordRef>;
  /** Signs where every chain now ends, and adds that to `checkpoints.jsonl`. */
  checkpoint(): Promise<void>;
  /** Everything answered so far is durable afterwards. */
  flush(): Promise<void>;
  /** Age in seconds of the oldest record that isn't acknowledged yet; 0 when there is none. */
  lag(): number;
  /** Records the stop, signs a last checkpoint that says so, and lets the state folder go. */
  close(): Promise<void>;
}
