import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import type { LedgerTables } from './tables.ts';

/**
 * What an operation works with. Everything it does is committed together, records included, or not at all.
 *
 * An operation says "no" by what it returns; when it throws, it alone is rolled back and its caller gets the
 * message. It awaits nothing but `db`.
 */
export interface Transaction<Tables = LedgerTables> {
  readonly db: Kysely<Tables>;
  /** Adds a record to the chain; it is written when the operation has returned. */
  append(record: NewRecord): RecordRef;
  /** Milliseconds since 1970; the same throughout the operation. */
  readonly now: number;
}

/** A write that a feature declares beside its tables. Input and output are plain data: they cross threads. */
export interface Operation<Input, Output> {
  /** Names it across threads, so it is the only one of its name. */
  readonly name: string;
  readonly run: (tx: Transaction<never>, input: Input) => Promise<Output>;
}

/** A read that a feature declares beside its tables. Bounded: while it runs, nothing else is written. */
export interface Query<Input, Output> {
  /** Names it across threads, so it is the only one of its name. */
  readonly name: string;
  readonly run: (db: Kysely<never>, input: Input) => Promise<Output>;
}

/**
 * Declares a write over a feature's own tables, which the registry of the store puts together with those of others.
 *
 * @example
 * export const segmentSent = operation('segmentSent', async ({ db, now }: Transaction<ArchiveTables>, input: Sent) => …);
 * await store.transact(segmentSent, { destination, segment });
 */
export function operation<Tables, Input, Output>(
  name: string,
  run: (tx: Transaction<Tables>, input: Input) => Promise<Output>,
): Operation<Input, Output> {
  return { name, run: run as unknown as Operation<Input, Output>['run'] };
}

/** Declares a read over a feature's own tables; see {@link operation}. */
export function query<Tables, Input, Output>(
  name: string,
  run: (db: Kysely<Tables>, input: Input) => Promise<Output>,
): Query<Input, Output> {
  return { name, run: run as unknown as Query<Input, Output>['run'] };
}

/** Several records that stand or fall together. */
export const appendAll = operation(
  'appendAll',
  async (tx: Transaction, records: readonly NewRecord[]): Promise<RecordRef[]> => {
    return records.map((record) => tx.append(record));
  },
);

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
