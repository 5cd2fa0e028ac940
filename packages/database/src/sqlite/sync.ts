import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

/** Milliseconds after which what was only written is made durable. */
const maxUnsyncedMs = 500;

/** Makes committed rounds durable without holding up the thread that commits them. */
interface Sync {
  /** A round was committed; when `durable`, it is synced at once. */
  committed(round: number, durable: boolean): void;
  close(): void;
}

interface Listener {
  /** Everything up to this round is durable; told when somebody waits for it. */
  onSynced(round: number): void;
  /** Nothing is known to be durable any more. */
  onFailed(error: Error): void;
}

/**
 * Syncs SQLite's write-ahead log, where every committed round is. SQLite could do it itself at each commit
 * (`synchronous=FULL`), but then records that need only be written would wait for the disk behind those that must
 * be durable. What is there already is synced before this returns.
 *
 * @param walPath the log; it exists from the first write on, and stays the same file while the database is open.
 */
export function syncLog(walPath: string, listener: Listener): Sync {
  const log = openSync(walPath, 'r+');
  fdatasyncSync(log);
  let running = false;
  let closed = false;
  const sync = scheduleSyncs((done) => {
    running = true;
    fdatasync(log, (error) => {
      running = false;
      if (closed) closeSync(log);
      else done(error);
    });
  }, listener);
  return {
    committed: sync.committed,
    close() {
      sync.close();
      closed = true;
      if (!running) closeSync(log);
    },
  };
}

/** Decides when to sync: one at a time, and rounds that are committed meanwhile share the next one. */
export function scheduleSyncs(
  sync: (done: (error: Error | null) => void) => void,
  { onSynced, onFailed }: Listener,
): Sync {
  let latest = 0;
  let wanted = 0;
  let synced = 0;
  let running = false;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    if (running) return;
    running = true;
    clearTimeout(timer);
    timer = undefined;
    const covered = latest;
    sync((error) => {
      // After a failed sync nobody knows what is on the disk; trying again would hide that.
      if (error !== null) return onFailed(error);
      running = false;
      if (wanted > synced) onSynced(covered);
      synced = covered;
      if (wanted > synced) start();
      else if (latest > synced) wait();
    });
  }

  function wait(): void {
    if (!running) timer ??= setTimeout(start, maxUnsyncedMs);
  }

  return {
    committed(round, durable) {
      latest = round;
      if (durable) wanted = round;
      if (durable) start();
      else wait();
    },
    close: () => clearTimeout(timer),
  };
}
