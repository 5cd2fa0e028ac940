/**
 * The store's thread: everything that touches the database runs here, so that the gateway never waits for the
 * disk.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { collectStartupGarbage } from '../kernel/startup-garbage.ts';
import { syncFolder } from '../keys/secret-file.ts';
import { nextEpoch, recordStart } from '../ledger/epochs.ts';
import { openLedger } from '../ledger/ledger.ts';
import { lockFolder } from './lock.ts';
import { createLogTransfer } from './log-transfer.ts';
import type { FromThread, Round, ThreadSetup, ToThread } from './messages.ts';
import { createPrivateFile } from './private-file.ts';
import { migrate } from './registry.ts';
import { createRounds } from './rounds.ts';
import { kyselyOver } from './sqlite.ts';
import { syncLog } from './sync.ts';

/** Milliseconds between signs of life. */
const heartbeatEvery = 15_000;

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread only.');
const post = (message: FromThread) => port.postMessage(message);

try {
  const thread = await start(workerData as ThreadSetup);
  collectStartupGarbage();
  port.on('message', (message: ToThread) => {
    if ('close' in message) thread.close();
    else thread.run(message);
  });
} catch (error) {
  post({ type: 'refused', error: sentence(error, workerData.dataDir) });
}

/** SQLite's own messages name neither the file nor what to do. */
function sentence(error: unknown, dataDir: string): string {
  if (!(error instanceof Error)) return String(error);
  if (!('errcode' in error)) return error.message;
  return `${join(dataDir, 'gateway.db')} can't be used (${error.message}); restore it from a backup, or choose another state folder.`;
}

async function start({ dataDir, environment }: ThreadSetup) {
  const unlock = lockFolder(dataDir);
  const path = join(dataDir, 'gateway.db');
  // SQLite gives its log the database's mode.
  createPrivateFile(path);
  const connection = new DatabaseSync(path, { timeout: 5000 });
  connection.exec('pragma journal_mode = wal; pragma synchronous = normal');
  // What is wiped, such as an approval's arguments, is overwritten and not just let go.
  connection.exec('pragma secure_delete = on');
  let turn = Promise.resolve();
  const between = (work: () => void | Promise<void>) => {
    turn = turn.then(work);
  };
  const onFailed = (error: Error) => post({ type: 'lost', error: error.message });
  const transfer = createLogTransfer({ path, connection, between, onFailed });
  const db = kyselyOver(connection);
  await migrate(db);

  const now = Date.now();
  connection.exec('begin immediate');
  const { start, previous } = await nextEpoch(db, now);
  const ledger = openLedger(connection, db, start);
  await recordStart(db, ledger, { environment, previous, now });
  connection.exec('commit');
  await syncFolder(dataDir);

  const reading = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  const onSynced = (round: number) => post({ type: 'synced', round });
  const sync = syncLog(`${path}-wal`, { onSynced, onFailed });
  const beat = connection.prepare(
    db.updateTable('writers').set({ heartbeat: 0 }).where('writer', '=', '').compile().sql,
  );
  const runRound = createRounds({ connection, db, reading: kyselyOver(reading), ledger });

  async function take(round: Round): Promise<void> {
    const reply = await runRound(round);
    post(reply);
    if (reply.type !== 'committed') return;
    sync.committed(round.round, round.durable);
    transfer.committed(ledger.size);
  }

  function sendSignOfLife(): void {
    try {
      beat.run(Date.now(), start.writer);
    } catch {
      // A full disk: records are refused with a sentence, and once there is room again, all goes on.
    }
  }

  const heart = setInterval(() => between(sendSignOfLife), heartbeatEvery);

  post({ type: 'ready', writer: start.writer, epoch: start.epoch });
  return {
    run: (round: Round) => between(() => take(round)),
    close: () =>
      between(async () => {
        clearInterval(heart);
        sync.close();
        await transfer.close();
        reading.close();
        connection.close();
        unlock();
        port?.close();
      }),
  };
}
