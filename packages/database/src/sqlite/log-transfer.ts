import type { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../start-worker.ts';

/** Characters of records after which the log is transferred: some 16 MB of it. */
const enough = 4_000_000;

/**
 * Pages from which SQLite moves the log itself, as part of a commit: 64 MB. It comes to that where the log grows
 * without records, or after crashes, or faster than the disk takes it. Where nobody else moves it: 16 MB.
 */
const maxLog = { shared: 16_000, alone: 4_000 } as const;

/**
 * Whether two connections may move the log of one database, by SQLite's version: before 3.51.3 they could lose what
 * was committed. Source: sqlite.org/wal.html, "The WAL-Reset Bug".
 */
export function mayShareLog(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1_000_000 + minor * 1_000 + patch >= 3_051_003;
}

/**
 * Keeps SQLite's write-ahead log short: what was committed moves on into the database. SQLite calls that a
 * checkpoint and makes it part of some commit, where every caller waits meanwhile. Here a thread of its own moves
 * nearly all of it while commits go on; it is started when it is first needed.
 */
interface LogTransfer {
  /** A round was committed. @param written characters of records so far. */
  committed(written: number): void;
  close(): Promise<void>;
}

interface LogTransferOptions {
  /** The database. */
  readonly path: string;
  /** The connection that writes. */
  readonly connection: DatabaseSync;
  /** Runs something as soon as no transaction is open. */
  readonly between: (work: () => void) => void;
  /** Nothing is known to be durable any more. */
  readonly onFailed: (error: Error) => void;
}

export function createLogTransfer({ path, connection, between, onFailed }: LogTransferOptions): LogTransfer {
  const version = connection.prepare('select sqlite_version() as version').get()?.version;
  const shared = mayShareLog(String(version));
  connection.exec(`pragma wal_autocheckpoint = ${shared ? maxLog.shared : maxLog.alone}`);
  let thread: Worker | undefined;
  let underway = false;
  /** What was written when the last transfer began. */
  let last = 0;
  let closed = false;

  function fail(error: unknown): void {
    if (!closed) onFailed(new Error(`What was recorded can't be moved into ${path}: ${error}`));
  }

  function start(): Worker {
    const started = startWorker(import.meta.url, 'log-transfer-thread', {
      workerData: path,
      name: 'log-transfer',
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    });
    started.on('message', () => between(finish));
    started.on('error', fail);
    started.on('exit', (code) => fail(`its thread ended with code ${code}`));
    return started;
  }

  /** Only when all of the log has been moved does SQLite begin it anew, and the other thread is never quite done. */
  function finish(): void {
    if (closed) return;
    underway = false;
    try {
      transferLog(connection);
    } catch (error) {
      fail(error);
    }
  }

  return {
    committed(written) {
      if (!shared || underway || written - last < enough) return;
      underway = true;
      last = written;
      thread ??= start();
      thread.postMessage(null);
    },
    async close() {
      closed = true;
      await thread?.terminate();
    },
  };
}

/** SQLite's code for a full disk: the log keeps what it has, and the next transfer tries again. */
const full = 13;

/**
 * Moves what can be moved without waiting for anybody.
 *
 * @throws Error when the disk failed.
 */
export function transferLog(connection: DatabaseSync): void {
  try {
    connection.exec('pragma wal_checkpoint(passive)');
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === full)) throw error;
  }
}
