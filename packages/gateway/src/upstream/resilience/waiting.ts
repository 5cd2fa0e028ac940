import { ExponentialBackoff, halfJitterGenerator } from 'cockatiel';
import type { CallSignal } from '../../kernel/call-signal.ts';
import { cancelled, UpstreamError } from '../transport/transport.ts';

/**
 * Waits for an event that goes on without the caller: until it is done, the signal aborts, or the time is up.
 *
 * @param seconds after this it fails as `unavailable`.
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

/**
 * Pauses before a server is started again, in milliseconds: doubled with each failure in a row up to a minute, and
 * spread over the upper half, so that servers that failed together don't restart together.
 */
export const startBackoff = new ExponentialBackoff({
  initialDelay: 500,
  maxDelay: 60_000,
  generator: halfJitterGenerator,
});
