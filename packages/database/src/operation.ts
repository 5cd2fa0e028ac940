import type { Kysely } from 'kysely';

/**
 * What an operation works with. Everything it does is committed together or not at all.
 *
 * An operation refuses by what it returns. If it throws, it alone is rolled back, and its caller gets the message. It
 * may await only `db`.
 */
export interface Transaction<Tables> {
  readonly db: Kysely<Tables>;
  /** Milliseconds since 1970; the same throughout the operation. */
  readonly now: number;
}

/** A write that a feature declares beside its tables. Input and output are plain data, because they cross threads. */
export interface Operation<Input, Output> {
  /** Identifies it across threads; must be unique. */
  readonly name: string;
  readonly run: (tx: never, input: Input) => Promise<Output>;
}

/** A read that a feature declares beside its tables. It must be bounded, because nothing is written while it runs. */
export interface Query<Input, Output> {
  /** Identifies it across threads; must be unique. */
  readonly name: string;
  readonly run: (db: Kysely<never>, input: Input) => Promise<Output>;
}

/** Runs queries. */
export interface Queries {
  /** Runs a feature's query, which sees everything that was answered before. */
  query<Input, Output>(query: Query<Input, Output>, input: Input): Promise<Output>;
}

/** Runs operations as well. */
export interface Transactions extends Queries {
  /** Runs a feature's operation in one transaction, which is durable when the promise resolves. */
  transact<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output>;
}

/**
 * Declares a write over a feature's own tables. The program that serves the database must list it.
 *
 * @example
 * const rename = operation('rename', async ({ db }: Transaction<Tables>, { id, name }: Renaming) => { … });
 * await database.transact(rename, { id: 1, name: 'a' });
 */
export function operation<Tx, Input, Output>(
  name: string,
  run: (tx: Tx, input: Input) => Promise<Output>,
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
