import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { Keys } from '../keys/keys.ts';
import type { Input, Operations, Output, Queries } from './operations.ts';

export type { Operation, Query, Transaction } from './transaction.ts';

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
  /** Runs one operation of `operations.ts` in one transaction; durable when it answers. */
  transact<K extends keyof Operations>(
    operation: K,
    input: Input<Operations, K>,
  ): Promise<Output<Operations, K>>;
  /** Runs one query of `operations.ts`; it sees everything that was answered before. */
  query<K extends keyof Queries>(query: K, input: Input<Queries, K>): Promise<Output<Queries, K>>;
  /** Signs where every chain now ends, and adds that to `checkpoints.jsonl`. */
  checkpoint(): Promise<void>;
  /** Everything answered so far is durable afterwards. */
  flush(): Promise<void>;
  /** Age in seconds of the oldest record that isn't acknowledged yet; 0 when there is none. */
  lag(): number;
  /** Records the stop, signs a last checkpoint that says so, and lets the state folder go. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Holds `gateway.db` and `checkpoints.jsonl`; created when missing. */
  readonly dataDir: string;
  readonly keys: Keys;
  readonly environment: string;
  /** Seconds between checkpoints. Default: 60. */
  readonly checkpointEvery?: number;
  /** The store can't promise anything any more (the disk failed, its thread died): the gateway must stop. */
  onLost(error: Error): void;
}
