/** Milliseconds before the first and the longest pause before a server is started again. */
const first = 500;
const longest = 60_000;

/**
 * How long to wait before the next start after so many failures in a row: doubled each time, and spread by a
 * quarter either way so that servers which fell together don't get up together.
 *
 * @param random from 0 to 1.
 */
export function backoff(failures: number, random: number): number {
  const pause = Math.min(longest, first * 2 ** Math.max(0, failures - 1));
  return pause * (0.75 + random / 2);
}
