import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Call, FromThread, JournalEntry, Result, Round } from '../messages.ts';
import type { Operation, Query, Transaction } from '../operation.ts';
import { isLost } from './sync.ts';

/** An ordered sequence that every transaction may add to. The program that serves the database provides it. */
export interface Journal {
  /** The place of the last entry; 0 if there is none. */
  readonly seq: number;
  /** Adds entries from a flat array, and returns a receipt for each. {@link Journal.write} stores them. */
  add(entries: JournalEntry): string[];
  /** Writes the added entries to the tables. */
  write(): void;
  /** Returns a function that forgets everything added from now on; the caller rolls the transaction back. */
  mark(): () => void;
  /** Extends a transaction so that the named operation can add entries. @param isOpen whether it still runs. */
  extend(tx: Transaction<never>, name: string, isOpen: () => boolean): object;
}

interface RoundsOptions {
  readonly connection: DatabaseSync;
  readonly db: Kysely<never>;
  /** A read-only connection. */
  readonly reading: Kysely<never>;
  readonly journal: Journal;
  readonly operations: ReadonlyMap<string, Operation<never, unknown>>;
  readonly queries: ReadonlyMap<string, Query<never, unknown>>;
}

/**
 * Runs rounds: first one transaction, in which each operation succeeds or fails on its own; then the queries.
 *
 * A round rejects if the database is damaged.
 */
export function createRounds(options: RoundsOptions): (round: Round) => Promise<FromThread> {
  const { journal, connection } = options;
  // Prepared once, because they run for every few entries.
  const begin = connection.prepare('begin immediate');
  const commit = connection.prepare('commit');

  return async (round) => {
    const { seq } = journal;
    const takeBack = journal.mark();
    const results: Result[] = [];
    let receipts: readonly string[] = [];
    try {
      if (round.entries.length > 0 || round.operations.length > 0) {
        begin.run();
        receipts = journal.add(round.entries);
        journal.write();
        for (const call of round.operations) results.push(await runOperation(call, options));
        commit.run();
      }
    } catch (error) {
      // If the disk is full, SQLite has rolled back already.
      if (connection.isTransaction) connection.exec('rollback');
      takeBack();
      if (isLost(error)) throw error;
      return { type: 'failed', error: messageOf(error) };
    }
    const found: Result[] = [];
    for (const call of round.queries) found.push(await runQuery(call, options));
    return { type: 'committed', firstSeq: seq + 1, receipts, operations: results, queries: found };
  };
}

async function runOperation({ name, input }: Call, options: RoundsOptions): Promise<Result> {
  const { journal, connection, db, operations } = options;
  const takeBack = journal.mark();
  const operation = operations.get(name);
  if (operation === undefined) return { error: `There is no operation ${name}.` };
  let isOpen = true;
  const tx = journal.extend({ db, now: Date.now() }, name, () => isOpen);
  connection.exec('savepoint operation');
  try {
    const value = await operation.run(tx as never, input as never);
    journal.write();
    connection.exec('release operation');
    return { value };
  } catch (error) {
    // If the whole transaction is gone, the round has failed too.
    if (!connection.isTransaction) throw error;
    connection.exec('rollback to operation');
    connection.exec('release operation');
    takeBack();
    if (isLost(error)) throw error;
    return { error: messageOf(error) };
  } finally {
    isOpen = false;
  }
}

async function runQuery({ name, input }: Call, { reading, queries }: RoundsOptions): Promise<Result> {
  const query = queries.get(name);
  if (query === undefined) return { error: `There is no query ${name}.` };
  try {
    return { value: await query.run(reading, input as never) };
  } catch (error) {
    if (isLost(error)) throw error;
    return { error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
