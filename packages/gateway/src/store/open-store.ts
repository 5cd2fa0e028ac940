import { existsSync } from 'node:fs';
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Durability, startDatabase, startWorker } from '@lockstep/database';
import { kyselyOver, lockFolder } from '@lockstep/database/sqlite';
import type { NewRecord, RecordRef } from '@lockstep/model/record';
import { type AuditSource, auditHeads } from '../audit/pages.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Keys } from '../keys/keys.ts';
import { openCheckpointFile, printCheckpoint } from '../ledger/checkpoint.ts';
import { toEntry } from '../ledger/ledger.ts';
import type { Store } from '../ledger/store-port.ts';
import type { StoreSetup } from './worker.ts';

export interface StoreOptions {
  /** Holds `gateway.db` and `checkpoints.jsonl`; created if missing. */
  readonly dataDir: string;
  readonly keys: Keys;
  readonly environment: string;
  /** Seconds between checkpoints. Default: 60. */
  readonly checkpointEvery?: number;
  /** Called when the store can't keep its promises (the disk failed, its thread died): the gateway must stop. */
  onLost(error: Error): void;
}

/** Seconds between checkpoints. */
const defaultCheckpointEvery = 60;

/**
 * Opens a state folder's store: locks the folder for this process, migrates its tables, begins an epoch and closes what
 * the last epoch left open.
 *
 * @throws Error in one sentence if the folder can't be used.
 * @example
 * const store = await openStore({ dataDir, keys: await openKeys(keysDir), environment: 'dev', onLost: stop });
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, keys, environment, onLost } = options;
  await createFolder(dataDir);
  const setup: StoreSetup = { dataDir, environment };
  const worker = startWorker(import.meta.url, 'worker', {
    workerData: setup,
    name: 'store',
    // A round's garbage is short-lived; a small nursery saves 40 MB and costs nothing.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const database = await startDatabase<Store['writer']>(worker, { subject: 'The audit', onLost });
  const writer = database.started;
  const file = await openCheckpointFile(join(dataDir, 'checkpoints.jsonl'));
  let last = '';
  let turn = Promise.resolve();
  let closing: Promise<void> | undefined;

  async function append(record: NewRecord, durability: Durability): Promise<RecordRef> {
    const { seq, receipt } = await database.append(toEntry(record), durability);
    return { writer: writer.id, epoch: writer.epoch, seq, hash: receipt };
  }

  function checkpoint(clean = false): Promise<void> {
    const next = turn.then(() => sign(clean));
    turn = next.catch(() => undefined);
    return next;
  }

  async function sign(clean: boolean): Promise<void> {
    const heads: readonly RecordRef[] = await database.query(auditHeads, null);
    const summary = JSON.stringify(heads);
    if (summary === last && !clean) return;
    // A signed head must survive a crash; otherwise the next start would look like a cut tail.
    await database.flush();
    const time = new Date().toISOString();
    await file.add(
      printCheckpoint({ time, environment, clean, heads, previous: file.last }, (text) => keys.sign(text)),
    );
    last = summary;
  }

  async function close(): Promise<void> {
    clearInterval(timer);
    try {
      await append({ kind: 'gateway.stopped', time: new Date().toISOString(), environment }, 'durable');
      await checkpoint(true);
    } finally {
      await database.close();
      await file.close();
    }
  }

  // Nothing may follow the record of the stop, since the last checkpoint says that the epoch ends there.
  const refuse = () => Promise.reject(new Error('The store is closed.'));

  const timer = setInterval(
    () => void checkpoint().catch(onLost),
    (options.checkpointEvery ?? defaultCheckpointEvery) * 1000,
  ).unref();
  await checkpoint();

  return {
    writer,
    append: (record, durability) => (closing ? refuse() : append(record, durability)),
    transact: (operation, input) => (closing ? refuse() : database.transact(operation, input)),
    query: database.query,
    checkpoint: () => checkpoint(),
    flush: () => database.flush(),
    lag: () => database.lag(),
    close: () => (closing ??= close()),
  };
}

async function createFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = messageOf(error);
    throw new Error(`The state folder ${path} can't be used (${why}); correct its path or its owner.`);
  }
}

/** The audit of a stopped gateway; nothing can write to it meanwhile. */
export interface StoppedAudit extends AuditSource {
  close(): void;
}

/**
 * Opens the audit of a gateway that isn't running.
 *
 * @param dataDir `<state>/<env>/data`
 * @throws Error in one sentence if there is none, or if its gateway is running.
 */
export function openStopped(dataDir: string): StoppedAudit {
  const path = join(dataDir, 'gateway.db');
  if (!existsSync(path))
    throw new Error(`There is no audit in ${dataDir}; name the state folder of a gateway.`);
  const unlock = lockFolder(dataDir, 'gateway');
  // Not read-only: after a kill, SQLite must first recover what is still in its log.
  const connection = new DatabaseSync(path, { timeout: 5000 });
  connection.exec('pragma query_only = on');
  const db = kyselyOver<never>(connection);
  return {
    query: ({ run }, input) => run(db, input),
    close() {
      connection.close();
      unlock();
    },
  };
}
