import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds until data that was only written is made durable. */
const maxUnsyncedMs = 500;

/** Decides when SQLite syncs its write-ahead log of committed rounds, and when it moves it into the database. */
interface Syncs {
  /** Prepares for the next round. @param durable whether its commit waits for the disk. */
  expect(durable: boolean): void;
  /** Schedules a sync of the log and its move into the database, after a write. */
  soon(): void;
  close(): void;
}

interface SyncsOptions {
  /** The connection that writes. */
  readonly connection: DatabaseSync;
  /** Makes a small write. */
  readonly beat: () => void;
  /** @throws Error where what is written would be lost all the same. */
  readonly check: () => void;
  /** Runs work as soon as no transaction is open. */
  readonly between: (work: () => void) => void;
  /** Called when nothing is known to be durable any more. */
  readonly onFailed: (error: unknown) => void;
}

/** Makes only durable commits wait for the disk, and syncs the others within a second. */
export function createSyncs({ connection, beat, check, between, onFailed }: SyncsOptions): Syncs {
  // SQLite would move the log as part of a caller's commit, and wouldn't report that the disk failed meanwhile.
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
      // A durable commit syncs the whole log. The move alone would sync nothing if a reader blocked it.
      expect(true);
      beat();
      connection.exec('pragma wal_checkpoint(passive)');
    } catch (error) {
      if (isPassing(error)) soon();
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

/** Whether the disk was full, or another process locked the database; work continues once that is over. */
function isPassing(error: unknown): boolean {
  return [5, 13].includes(errorCode(error) % 256);
}

/**
 * Whether nobody knows any more what is on the disk: the database is damaged, or a sync failed, which a later sync that
 * succeeds would hide.
 */
export function isLost(error: unknown): boolean {
  const code = errorCode(error);
  return code === 10 + 256 * 4 || [11, 26].includes(code % 256);
}

/** SQLite's result code; its last byte names the kind. Source: sqlite.org/rescode.html. */
function errorCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}
