import { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { FromThread, Round, ToThread } from '../messages.ts';
import type { Operation, Query } from '../operation.ts';
import { kyselyOver } from './kysely.ts';
import { createPrivateFile } from './lock.ts';
import { migrate } from './migrate.ts';
import { createRounds, type Journal } from './rounds.ts';
import { createSyncs } from './sync.ts';

/** Milliseconds between heartbeats. */
const heartbeatMs = 15_000;

/** A program served by a thread. */
export interface DatabaseProgram<Started> {
  /** The database file. A missing one is created, readable only by its owner. */
  readonly path: string;
  /** Locks the database for this process, and returns a function that releases it. */
  readonly lock: () => () => void;
  readonly migrations: Readonly<Record<string, Migration>>;
  readonly operations: ReadonlyMap<string, Operation<never, unknown>>;
  readonly queries: ReadonlyMap<string, Query<never, unknown>>;
  /** Runs in one transaction before anything else, and is durable before the first answer. */
  readonly begin: (connection: DatabaseSync, db: Kysely<never>) => Promise<Begun<Started>>;
}

interface Begun<Started> {
  readonly journal: Journal;
  /** What `startDatabase` returns as `started`. */
  readonly started: Started;
  /** Records that this process is alive. */
  readonly beat: () => void;
  /** Makes the names of created files durable. */
  readonly settle: () => Promise<void>;
}

/**
 * Serves a database from this thread to the one that started it; see `startDatabase`. Everything that touches the
 * database runs here, so that no other thread waits for the disk.
 *
 * @returns once it serves. An error before that is sent to the other thread.
 */
export async function serveDatabase<Started>(program: DatabaseProgram<Started>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('serveDatabase runs only in a worker thread.');
  const post = (message: FromThread) => port.postMessage(message);
  try {
    const thread = await start(program, post);
    port.on('message', (message: ToThread) => {
      if ('close' in message) thread.close(() => port.close());
      else thread.run(message);
    });
    post({ type: 'ready', started: thread.started });
  } catch (error) {
    post({ type: 'refused', error: sentence(error, program.path) });
  }
}

/** The messages of SQLite and of the system name neither the file nor what to do. */
function sentence(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  if (!('errcode' in error || 'syscall' in error)) return error.message;
  return `${path} can't be used (${error.message}); restore it from a backup, or choose another state folder.`;
}

async function start<Started>(program: DatabaseProgram<Started>, post: (message: FromThread) => void) {
  const { path, migrations, operations, queries } = program;
  const unlock = program.lock();
  // SQLite gives its log the database's mode.
  createPrivateFile(path);
  const connection = new DatabaseSync(path, { timeout: 5000 });
  connection.exec('pragma journal_mode = wal; pragma synchronous = full');
  // Wiped data, such as an approval's arguments, is overwritten and not just freed.
  connection.exec('pragma secure_delete = on');
  const db = kyselyOver<never>(connection);
  await migrate(db, migrations);

  connection.exec('begin immediate');
  const { journal, started, beat, settle } = await program.begin(connection, db);
  connection.exec('commit');
  await settle();

  const onFailed = (error: unknown) => post({ type: 'lost', error: sentence(error, path) });
  const onSynced = (rounds: number) => post({ type: 'synced', rounds });
  let turn = Promise.resolve();
  const between = (work: () => void | Promise<void>) => {
    turn = turn.then(work).catch(onFailed);
  };
  const syncs = createSyncs({ path, connection, beat, between, onSynced, onFailed });
  const reading = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  const runRound = createRounds({
    connection,
    db,
    reading: kyselyOver(reading),
    journal,
    operations,
    queries,
  });

  async function take(round: Round): Promise<void> {
    const { seq } = journal;
    const reply = await runRound(round);
    post(reply);
    if (reply.type === 'committed' && round.durable) syncs.now();
    if (round.durable || journal.seq > seq) syncs.soon();
  }

  const heart = setInterval(syncs.soon, heartbeatMs);
  return {
    started,
    run: (round: Round) => between(() => take(round)),
    close: (onClosed: () => void) =>
      between(() => {
        clearInterval(heart);
        syncs.close();
        reading.close();
        connection.close();
        unlock();
        onClosed();
      }),
  };
}
