import { closeSync, fdatasync, fdatasyncSync, openSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds until data that was only written is made durable. */
const maxUnsyncedMs = 500;

/** Syncs SQLite's write-ahead log of committed rounds, and moves it into the database. */
interface Syncs {
  /** Makes the round that was just committed durable. Rounds that are committed during a sync share the next one. */
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
  /** So many of the oldest rounds that `now` was called for are durable. */
  readonly onSynced: (rounds: number) => void;
  /** Called when nothing is known to be durable any more. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Makes only durable rounds wait for the disk, and syncs the others within a second.
 *
 * SQLite would sync as part of a commit (`synchronous=FULL`), and then entries that need only be written would wait
 * for the disk behind the durable ones of the same round.
 */
export function createSyncs(options: SyncsOptions): Syncs {
  const { path, connection, beat, between, onSynced, onFailed } = options;
  // SQLite would move the log as part of a caller's commit, and wouldn't report that the disk failed meanwhile.
  connection.exec('pragma wal_autocheckpoint = 0; pragma synchronous = normal');
  const log = openSync(`${path}-wal`, 'r+');
  const check = watchFile(path);
  let timer: NodeJS.Timeout | undefined;
  let waiting = 0;
  let running = false;
  let closed = false;

  function now(): void {
    waiting += 1;
    if (!running) start();
  }

  function start(): void {
    const rounds = waiting;
    waiting = 0;
    running = true;
    fdatasync(log, (error) => {
      // After a failed sync nobody knows what is on the disk, and another that succeeds would hide that: none follows.
      if (error !== null) return onFailed(error);
      running = false;
      if (closed) return closeSync(log);
      onSynced(rounds);
      if (waiting > 0) start();
    });
  }

  function settle(): void {
    if (timer === undefined) return;
    timer = undefined;
    try {
      check();
      // First, because on a full disk nothing more can be written; the move alone would sync nothing if a reader blocked it.
      fdatasyncSync(log);
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
    closed = true;
    if (!running) closeSync(log);
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
