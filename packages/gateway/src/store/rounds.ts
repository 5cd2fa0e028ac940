import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { messageOf } from '../kernel/errors.ts';
import { columnNames } from '../ledger/event.ts';
import { type Ledger, toEvent } from '../ledger/ledger.ts';
import type { Transaction } from '../ledger/store-port.ts';
import { type Call, type FromThread, type Result, type Round, unpackEvents } from './messages.ts';
import { type Database, operations, queries } from './registry.ts';

export interface RoundsOptions {
  readonly connection: DatabaseSync;
  readonly db: Kysely<Database>;
  /** A connection that can't write. */
  readonly reading: Kysely<Database>;
  readonly ledger: Ledger;
}

/** Runs rounds: each is one transaction, in which each operation stands or falls by itself; then the queries. */
export function createRounds(options: RoundsOptions): (round: Round) => Promise<FromThread> {
  const { ledger, connection } = options;
  // Compiled once, since every few records need them.
  const begin = connection.prepare('begin immediate');
  const commit = connection.prepare('commit');

  return async (round) => {
    const before = ledger.head;
    const hashes: string[] = [];
    const results: Result[] = [];
    try {
      if (round.appends.length > 0 || round.operations.length > 0) {
        begin.run();
        for (const event of unpackEvents(round.appends, columnNames.length))
          hashes.push(ledger.link(event).hash);
        ledger.write();
        for (const call of round.operations) results.push(await runOperation(call, options));
        commit.run();
      }
    } catch (error) {
      // A full disk has rolled back already.
      if (connection.isTransaction) connection.exec('rollback');
      ledger.reset(before);
      return { type: 'failed', error: messageOf(error) };
    }
    const found: Result[] = [];
    for (const call of round.queries) found.push(await runQuery(call, options));
    return { type: 'committed', firstSeq: before.seq + 1, hashes, operations: results, queries: found };
  };
}

async function runOperation({ name, input }: Call, options: RoundsOptions): Promise<Result> {
  const { ledger, connection, db } = options;
  const before = ledger.head;
  const operation = operations.get(name);
  if (operation === undefined) return { error: `There is no operation ${name}.` };
  let open = true;
  const tx: Transaction<Database> = {
    db,
    now: Date.now(),
    append(record) {
      if (!open) throw new Error(`The operation ${name} appended after it had ended.`);
      return ledger.link(toEvent(record));
    },
  };
  connection.exec('savepoint operation');
  try {
    const value = await operation.run(tx as never, input as never);
    ledger.write();
    connection.exec('release operation');
    return { value };
  } catch (error) {
    // Where the whole transaction is gone, so is this round.
    if (!connection.isTransaction) throw error;
    connection.exec('rollback to operation');
    connection.exec('release operation');
    ledger.reset(before);
    return { error: messageOf(error) };
  } finally {
    open = false;
  }
}

async function runQuery({ name, input }: Call, { reading }: RoundsOptions): Promise<Result> {
  const query = queries.get(name);
  if (query === undefined) return { error: `There is no query ${name}.` };
  try {
    return { value: await query.run(reading as never, input as never) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
