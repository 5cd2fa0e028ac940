import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `look` finds something, and returns it. `undefined` and `false` mean that it isn't there yet.
 *
 * @param what what we wait for, for the error after `seconds`.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  seconds = 20,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`still not true after ${seconds} s: ${what}`);
    await pause(20);
  }
}

/** Waits until a condition is true. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await until(condition.toString(), condition);
}
