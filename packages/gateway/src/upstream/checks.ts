/** Milliseconds between two looks at what a server offers: at least once a minute. */
const intervalMs = 55_000;
/** Milliseconds at least between two looks that the server's own notices cause. */
const noticeIntervalMs = 1000;

/** When to look at what a server offers. */
interface Checks {
  /** A look that begins after this was called. */
  now(): Promise<void>;
  /** Looks from time to time, until {@link Checks.end}. */
  begin(): void;
  /** The server says that something changed: looks at once, but not more often than bearable. */
  noticed(): void;
  end(): void;
}

/** @param onFailure receives why a look that nobody waits for failed. */
export function createChecks(look: () => Promise<void>, onFailure: (error: unknown) => void): Checks {
  const now = coalesce(look);
  let timer: NodeJS.Timeout | undefined;
  let notice: NodeJS.Timeout | undefined;
  let noticedAt = Number.NEGATIVE_INFINITY;
  /** A notice came before it began: perhaps right after the first look had been answered. */
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
 * Runs `task` so that it never overlaps itself. Whoever asks while it runs shares the next run, which begins
 * after they asked: its result is about now, not about before.
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
