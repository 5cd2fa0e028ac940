import { closeSync, fdatasyncSync, openSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds until data that was only written is made durable. */
const maxUnsyncedMs = 500;

/** Syncs SQLite's write-ahead log of committed rounds, and moves it into the database. */
interface Syncs {
  /** Makes every committed round durable. @throws Error if the disk fails. */
  now(): void;
  /** Schedules a sync of the log and its move into the database, after a write. */
  soon(): void;
  close(): void;
}

interface SyncsOptions {
  /** The database file. Its log exists already. */
  readonly path: string;
  /** The connection that writes. */
  readonly connection: DatabaseSync;
  /** Makes a small write. */
  readonly beat: () => void;
  /** Runs work as soon as no transaction is open. */
  readonly between: (work: () => void) => void;
  /** Called when nothing is known to be durable any more. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Makes only durable rounds wait for the disk, and syncs the others within a second.
 *
 * SQLite would sync as part of a commit (`synchronous=FULL`), and then entries that need only be written would wait
 * for the disk behind the durable ones of the same round.
 */
export function createSyncs({ path, connection, beat, between, onFailed }: SyncsOptions): Syncs {
  // SQLite would move the log as part of a caller's commit, and wouldn't report that the disk failed meanwhile.
  connection.exec('pragma wal_autocheckpoint = 0; pragma synchronous = normal');
  const log = openSync(`${path}-wal`, 'r+');
  const check = watchFile(path);
  let timer: NodeJS.Timeout | undefined;

  function now(): void {
    try {
      fdatasyncSync(log);
    } catch (error) {
      throw new Error(`${path} can't be used (${(error as Error).message})`);
    }
  }

  function settle(): void {
    if (timer === undefined) return;
    timer = undefined;
    try {
      check();
      beat();
      // The move alone would sync nothing if a reader blocked it.
      now();
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
    closeSync(log);
  }

  return { now, soon, close };
}

/** Returns what throws once the file at a path isn't the same any more: what is written then is in no file. */
function watchFile(path: string): () => void {
  const { ino, dev } = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === ino && now.dev === dev) return;
    throw new Error(`${path} was deleted or replaced while it was in use; put it back, and start again`);
  };
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
