import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds after which what was only written is made durable. */
const maxUnsyncedMs = 500;

/** When SQLite syncs its write-ahead log, where every committed round is, and when it moves it into the database. */
interface Syncs {
  /** A round comes next. @param durable whether its commit waits for the disk. */
  expect(durable: boolean): void;
  /** Something was written: before long, what is in the log is made durable and moved. */
  soon(): void;
  close(): void;
}

interface SyncsOptions {
  /** The connection that writes. */
  readonly connection: DatabaseSync;
  /** Writes something small. */
  readonly beat: () => void;
  /** @throws Error where what is written would be lost all the same. */
  readonly check: () => void;
  /** Runs something as soon as no transaction is open. */
  readonly between: (work: () => void) => void;
  /** Nothing is known to be durable any more. */
  readonly onFailed: (error: unknown) => void;
}

/** Has only those commits wait for the disk that must, and the others follow within a second. */
export function createSyncs({ connection, beat, check, between, onFailed }: SyncsOptions): Syncs {
  // SQLite would move the log as part of somebody's commit, and not tell that the disk failed meanwhile.
  connection.exec('pragma wal_autocheckpoint = 0');
  let timer: NodeJS.Timeout | undefined;
  let waiting: boolean | undefined;

  function expect(durable: boolean): void {
    if (durable !== waiting) connection.exec(`pragma synchronous = ${durable ? 'full' : 'normal'}`);
    waiting = durable;
  }

  function settle(): void {
    if (timer === undefined) return;
    timer = undefined;
    try {
      check();
      // A commit that waits takes along all that is in the log; to move it syncs nothing where a reader holds that up.
      expect(true);
      beat();
      connection.exec('pragma wal_checkpoint(passive)');
    } catch (error) {
      if (isDiskFull(error)) soon();
      else onFailed(error);
    }
  }

  function soon(): void {
    timer ??= setTimeout(() => between(settle), maxUnsyncedMs);
  }

  function close(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return { expect, soon, close };
}

/** Whether there was no room; once there is, all goes on. */
function isDiskFull(error: unknown): boolean {
  return errorCode(error) % 256 === 13;
}

/** Whether a sync failed. Nobody knows then what is on the disk, and another that succeeds would hide that. */
export function isFailedSync(error: unknown): boolean {
  return errorCode(error) === 10 + 256 * 4;
}

/** SQLite's own code, of which the last byte names the kind. Source: sqlite.org/rescode.html. */
function errorCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}
