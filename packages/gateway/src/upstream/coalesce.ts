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
