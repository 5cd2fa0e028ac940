/**
 * The store's thread. Everything that touches the database runs here, so the gateway never waits for the disk.
 *
 * @module
 */

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { lockFolder, serveDatabase } from '@lockstep/database/sqlite';
import type { Kysely } from 'kysely';
import { collectStartupGarbage } from '../kernel/startup-garbage.ts';
import { syncFolder } from '../keys/secret-file.ts';
import { nextEpoch, recordStart } from '../ledger/epochs.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { LedgerTables } from '../ledger/tables.ts';
import { migrations, operations, queries } from './registry.ts';

/** The data that the thread is started with. */
export interface StoreSetup {
  readonly dataDir: string;
  readonly environment: string;
}

const { dataDir, environment } = workerData as StoreSetup;

await serveDatabase({
  path: join(dataDir, 'gateway.db'),
  lock: () => lockFolder(dataDir, 'gateway'),
  migrations,
  operations,
  queries,
  begin: (connection, db) => beginEpoch(connection, db as unknown as Kysely<LedgerTables>),
});
collectStartupGarbage();

/** Begins an epoch of this folder's chain and closes what the last epoch left open. */
async function beginEpoch(connection: DatabaseSync, db: Kysely<LedgerTables>) {
  const now = Date.now();
  const { start, previous } = await nextEpoch(db, now);
  const ledger = openLedger(connection, db, start);
  await recordStart(db, ledger, { environment, previous, now });
  const beat = connection.prepare(
    db.updateTable('writers').set({ heartbeat: 0 }).where('writer', '=', '').compile().sql,
  );
  return {
    journal: ledger,
    started: { id: start.writer, epoch: start.epoch },
    beat: () => beat.run(Date.now(), start.writer),
    settle: () => syncFolder(dataDir),
  };
}
