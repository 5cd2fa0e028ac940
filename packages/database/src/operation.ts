import type { Kysely } from 'kysely';

/**
 * What an operation works with. Everything it does is committed together or not at all.
 *
 * An operation says "no" by what it returns; when it throws, it alone is rolled back and its caller gets the
 * message. It awaits nothing but `db`.
 */
export interface Transaction<Tables> {
  readonly db: Kysely<Tables>;
  /** Milliseconds since 1970; the same throughout the operation. */
  readonly now: number;
}

/** A write that a feature declares beside its tables. Input and output are plain data: they cross threads. */
export interface Operation<Input, Output> {
  /** Names it across threads, so it is the only one of its name. */
  readonly name: string;
  readonly run: (tx: never, input: Input) => Promise<Output>;
}

/** A read that a feature declares beside its tables. Bounded: while it runs, nothing else is written. */
export interface Query<Input, Output> {
  /** Names it across threads, so it is the only one of its name. */
  readonly name: string;
  readonly run: (db: Kysely<never>, input: Input) => Promise<Output>;
}

/** Where queries are answered. */
export interface Queries {
  /** Runs a feature's query; it sees everything that was answered before. */
  query<Input, Output>(query: Query<Input, Output>, input: Input): Promise<Output>;
}

/** Where operations are run, too. */
export interface Transactions extends Queries {
  /** Runs a feature's operation in one transaction; durable when it answers. */
  transact<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output>;
}

/**
 * Declares a write over a feature's own tables. Whoever serves the database lists it.
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
