import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';

/**
 * What an operation works with. Everything it does is committed together, records included, or not at all.
 *
 * An operation says "no" by what it returns; when it throws, it alone is rolled back and its caller gets the
 * message. It awaits nothing but `db`.
 */
export interface Transaction {
  readonly db: Kysely<Database>;
  /** Adds a record to the chain; it is written when the operation has returned. */
  append(record: NewRecord): RecordRef;
  /** Milliseconds since 1970; the same throughout the operation. */
  readonly now: number;
}

/** A write, as collected in `operations.ts`. Input and output are plain data: they cross threads. */
export type Operation<Input, Output> = (tx: Transaction, input: Input) => Promise<Output>;

/** A read, as collected in `operations.ts`. Bounded: while it runs, nothing else is written. */
export type Query<Input, Output> = (db: Kysely<Database>, input: Input) => Promise<Output>;
