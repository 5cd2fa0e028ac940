/** Milliseconds between two checks of what a server offers: at least once a minute. */
const intervalMs = 55_000;
/** Least milliseconds between two checks that the server's own notices cause. */
const noticeIntervalMs = 1000;

/** Decides when to check what a server offers. */
interface Checks {
  /** Runs a check that begins after this call. */
  now(): Promise<void>;
  /** Checks from time to time, until {@link Checks.end}. */
  begin(): void;
  /** The server reports a change: checks at once, but not too often. */
  noticed(): void;
  end(): void;
}

/** @param onFailure is called with the error of a check that nobody waits for. */
export function createChecks(look: () => Promise<void>, onFailure: (error: unknown) => void): Checks {
  const now = coalesce(look);
  let timer: NodeJS.Timeout | undefined;
  let notice: NodeJS.Timeout | undefined;
  let noticedAt = Number.NEGATIVE_INFINITY;
  /** A notice came before the checks began, perhaps right after the first check had been answered. */
  let early = false;
  const inBackground = () => void now().catch(onFailure);
  const lookSoon = () => {
    if (notice !== undefined) return;
    const pause = Math.max(0, noticedAt + noticeIntervalMs - performance.now());
    notice = setTimeout(() => {
      notice = undefined;
      noticedAt = performance.now();
      inBackground();
    }, pause).unref();
  };
  return {
    now,
    begin() {
      clearInterval(timer);
      timer = setInterval(inBackground, intervalMs).unref();
      if (early) lookSoon();
      early = false;
    },
    noticed() {
      if (timer === undefined) early = true;
      else lookSoon();
    },
    end() {
      clearInterval(timer);
      clearTimeout(notice);
      timer = undefined;
      notice = undefined;
    },
  };
}

/**
 * Runs `task` so that it never overlaps itself. Callers during a run share the next run, which begins after they
 * asked, so its result is about now and not about before.
 */
export function coalesce<T>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const run = (): Promise<T> => {
    const started = task().finally(() => {
      running = undefined;
    });
    running = started;
    return started;
  };
  return () => {
    if (next !== undefined) return next;
    if (running === undefined) return run();
    next = running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}
