import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `look` finds something, and gives it. What isn't there yet is `undefined` or `false`.
 *
 * @param what for the error after `seconds`.
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
    if (Date.now() > deadline) throw new Error(`after ${seconds} s it still isn't so: ${what}`);
    await pause(20);
  }
}

/** Waits until something is so. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await until(condition.toString(), condition);
}
