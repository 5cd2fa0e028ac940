/**
 * The thread that moves a database's log into its file.
 *
 * @module
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { transferLog } from './log-transfer.ts';

const connection = new DatabaseSync(String(workerData), { timeout: 5000 });
connection.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0');

parentPort?.on('message', () => {
  transferLog(connection);
  // What has come meanwhile, so that little is left for the thread that writes.
  transferLog(connection);
  parentPort?.postMessage(null);
});
