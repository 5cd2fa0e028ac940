import type { CallSignal } from '../../kernel/call-signal.ts';
import { cancelled, UpstreamError } from '../transport/transport.ts';

/**
 * Waits for something that goes on without us: until it is done, nobody waits any longer, or the time is up.
 *
 * @param seconds after which it fails as `unavailable`.
 */
export function waitFor<T>(event: Promise<T>, signal: CallSignal, seconds: number, late: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = () => settle(() => reject(cancelled(false)));
    const timer = setTimeout(() => {
      settle(() => reject(new UpstreamError('unavailable', late)));
    }, seconds * 1000);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    event.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

/** Milliseconds before the first and the longest pause before a server is started again. */
const firstPauseMs = 500;
const maxPauseMs = 60_000;

/**
 * How long to wait before the next start after so many failures in a row: doubled each time, and spread by a
 * quarter either way so that servers which fell together don't get up together.
 *
 * @param random from 0 to 1.
 */
export function backoff(failures: number, random: number): number {
  const pause = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.max(0, failures - 1));
  return pause * (0.75 + random / 2);
}
