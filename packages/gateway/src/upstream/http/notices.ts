import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSourceMessage } from 'eventsource-parser';
import type { HttpReply } from './exchange.ts';

/** Seconds before a stream that ended is opened again; doubled each time that it ends at once. */
const shortestPause = 1;
const longestPause = 60;

/** Notices by which servers of both eras say that what they offer has changed. */
export function isListChange(method: unknown): boolean {
  return typeof method === 'string' && /^notifications\/\w+\/list_changed$/.test(method);
}

/**
 * Keeps a stream of notices open until `signal` is aborted, or the server shows that it has none. What may have
 * been missed between two streams counts as a change.
 */
export async function followNotices(options: {
  readonly open: (onEvent: (event: EventSourceMessage) => boolean) => Promise<HttpReply>;
  readonly onMessage: (data: string) => void;
  readonly onGap: () => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { open, onMessage, onGap, signal } = options;
  let pause = shortestPause;
  while (!signal.aborted) {
    const opened = performance.now();
    const reply = await open(({ data }) => {
      onMessage(data);
      return false;
    }).catch(() => undefined);
    if (reply !== undefined && !reply.streamed) return;
    const lived = (performance.now() - opened) / 1000;
    pause = lived > longestPause ? shortestPause : Math.min(pause * 2, longestPause);
    await sleep(pause * 1000, undefined, { signal, ref: false }).catch(() => {});
    if (!signal.aborted) onGap();
  }
}
