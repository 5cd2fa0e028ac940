import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { Operation, Query } from './operation.ts';

/**
 * How safe a record is when `append` answers. `written`: it survives the death of this process, and within a
 * second also that of the machine. `durable`: it survives both.
 */
export type Durability = 'written' | 'durable';

/** The gateway's memory: the audit, and what operations keep. */
export interface Store {
  /** Who writes here: this state folder's UUID, and the epoch of this start. */
  readonly writer: { readonly id: string; readonly epoch: number };
  append(record: NewRecord, durability: Durability): Promise<RecordRef>;
  /** Runs a feature's operation in one transaction; durable when it answers. */
  transact<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output>;
  /** Runs a feature's query; it sees everything that was answered before. */
  query<Input, Output>(query: Query<Input, Output>, input: Input): Promise<Output>;
  /** Signs where every chain now ends, and adds that to `checkpoints.jsonl`. */
  checkpoint(): Promise<void>;
  /** Everything answered so far is durable afterwards. */
  flush(): Promise<void>;
  /** Age in seconds of the oldest record that isn't acknowledged yet; 0 when there is none. */
  lag(): number;
  /** Records the stop, signs a last checkpoint that says so, and lets the state folder go. */
  close(): Promise<void>;
}
