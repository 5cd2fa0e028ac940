import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Call, FromThread, JournalEntry, Result, Round } from '../messages.ts';
import type { Operation, Query, Transaction } from '../operation.ts';
import { isFailedSync } from './sync.ts';

/** What every transaction may add to, in order; whoever serves the database brings it. */
export interface Journal {
  /** The place of its last entry; 0 where there is none. */
  readonly seq: number;
  /** Adds entries that came one after the other; gives a receipt for each. {@link Journal.write} puts them into the tables. */
  add(entries: JournalEntry): string[];
  /** Writes what was added. */
  write(): void;
  /** Returns how to take back everything that is added from now on; the caller rolls the transaction back. */
  mark(): () => void;
  /** A transaction, with what the operation of this name adds to the journal by. @param isOpen whether it still runs. */
  extend(tx: Transaction<never>, name: string, isOpen: () => boolean): object;
}

interface RoundsOptions {
  readonly connection: DatabaseSync;
  readonly db: Kysely<never>;
  /** A connection that can't write. */
  readonly reading: Kysely<never>;
  readonly journal: Journal;
  /** Writes something small. */
  readonly beat: () => void;
  readonly operations: ReadonlyMap<string, Operation<never, unknown>>;
  readonly queries: ReadonlyMap<string, Query<never, unknown>>;
}

/**
 * Runs rounds: each is one transaction, in which each operation stands or falls by itself; then the queries.
 *
 * A round rejects when the disk failed to sync it.
 */
export function createRounds(options: RoundsOptions): (round: Round) => Promise<FromThread> {
  const { journal, connection, beat } = options;
  // Compiled once, since every few entries need them.
  const begin = connection.prepare('begin immediate');
  const commit = connection.prepare('commit');

  return async (round) => {
    const { seq } = journal;
    const takeBack = journal.mark();
    const results: Result[] = [];
    let receipts: readonly string[] = [];
    try {
      if (round.entries.length > 0 || round.operations.length > 0 || round.durable) {
        begin.run();
        receipts = journal.add(round.entries);
        journal.write();
        for (const call of round.operations) results.push(await runOperation(call, options));
        // A commit that wrote nothing waits for nothing, and there may be something before it to wait for.
        if (round.durable && journal.seq === seq) beat();
        commit.run();
      }
    } catch (error) {
      // A full disk has rolled back already.
      if (connection.isTransaction) connection.exec('rollback');
      takeBack();
      if (isFailedSync(error)) throw error;
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
    // Where the whole transaction is gone, so is this round.
    if (!connection.isTransaction) throw error;
    connection.exec('rollback to operation');
    connection.exec('release operation');
    takeBack();
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
    return { error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
