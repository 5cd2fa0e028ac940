import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

/** Milliseconds after which what was only written is made durable. */
const longestUnsynced = 500;

/** Makes committed rounds durable without holding up the thread that commits them. */
export interface Sync {
  /** A round was committed; when `durable`, it is synced at once. */
  committed(round: number, durable: boolean): void;
  close(): void;
}

/**
 * Syncs SQLite's write-ahead log, where every committed round is. SQLite could do it itself at each commit
 * (`synchronous=FULL`), but then records that need only be written would wait for the disk behind those that must
 * be durable. Rounds that are committed during a sync share the next one. What is there already is synced before
 * this returns.
 *
 * @param walPath the log; it exists from the first write on, and stays the same file while the database is open.
 * @param onSynced told the latest round that is durable, when somebody waits for it.
 */
export function syncLog(
  walPath: string,
  onSynced: (round: number) => void,
  onFailed: (error: Error) => void,
): Sync {
  const log = openSync(walPath, 'r+');
  fdatasyncSync(log);
  let latest = 0;
  let wanted = 0;
  let synced = 0;
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function start(): void {
    if (running || closed) return;
    running = true;
    clearTimeout(timer);
    timer = undefined;
    const covered = latest;
    fdatasync(log, (error) => {
      running = false;
      if (closed) closeSync(log);
      // After a failed sync nobody knows what is on the disk; trying again would hide that.
      else if (error !== null) onFailed(error);
      else {
        if (wanted > synced) onSynced(covered);
        synced = covered;
        if (wanted > synced) start();
        else if (latest > synced) wait();
      }
    });
  }

  function wait(): void {
    timer ??= setTimeout(start, longestUnsynced);
  }

  return {
    committed(round, durable) {
      latest = round;
      if (!durable) return running ? undefined : wait();
      wanted = round;
      start();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      if (!running) closeSync(log);
    },
  };
}
