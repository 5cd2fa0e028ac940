import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '@lockstep/model/internal';
import type { EventSourceMessage } from 'eventsource-parser';
import { excerpt } from '../../kernel/redaction.ts';
import { parseExact } from '../../protocol/exact-json.ts';
import { readAnswer } from '../transport/server-messages.ts';
import { type RequestOptions, type UpstreamAnswer, UpstreamError } from '../transport/transport.ts';
import type { HttpReply } from './dispatch.ts';

/**
 * Reads the answer to request `id` from a response that isn't a stream.
 *
 * @throws UpstreamError if there is none. After a client error (4xx) or a redirect, nothing was done.
 */
export function readReply(reply: HttpReply, id: number): UpstreamAnswer {
  const message = parseMessage(reply.text);
  const answer = message?.id === id ? readAnswer(message) : undefined;
  if (answer !== undefined && (reply.status === 200 || 'error' in answer)) return answer;
  if (reply.status >= 200 && reply.status < 300) {
    throw new UpstreamError('invalid', 'its answer is not the JSON-RPC answer to the request', true);
  }
  throw httpFailure(reply, message);
}

/** The server answered with an HTTP status other than success. */
export class HttpFailure extends UpstreamError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(status < 400 ? 'invalid' : 'unavailable', message, status >= 500);
    this.name = 'HttpFailure';
    this.status = status;
  }
}

function httpFailure(
  { status, headers }: HttpReply,
  message: Readonly<Record<string, unknown>> | undefined,
): HttpFailure {
  if (status >= 300 && status < 400) {
    const target = excerpt(headers.location ?? 'nowhere', 200);
    return new HttpFailure(
      status,
      `it redirects to ${target}, which the gateway does not follow: put the final address into \`remote.url\``,
    );
  }
  if (status === 401 || status === 403) {
    return new HttpFailure(status, `it refuses the gateway's credentials with HTTP ${status}`);
  }
  const said =
    isRecord(message?.error) && typeof message.error.message === 'string' ? message.error.message : '';
  const words = said === '' ? '' : `: ${excerpt(said, 200)}`;
  return new HttpFailure(status, `it answered HTTP ${status}${words}`);
}

/** Parses one JSON-RPC message; undefined if it isn't one. */
export function parseMessage(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text === '') return undefined;
  try {
    const value = parseExact(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the events of the stream that answers request `id`. */
export interface EventReader {
  readonly onEvent: (event: EventSourceMessage) => boolean;
  /** The answer, once it has come. */
  answer(): UpstreamAnswer | undefined;
  /** Where to resume; for servers of the older era that number their events. */
  lastEventId(): string | undefined;
}

export function readEvents(
  id: number,
  /** The caller's own progress token; the server got `id` in its place. */
  progressToken: unknown,
  onNotification: RequestOptions['onNotification'],
  /** Called with each request of the server to the gateway. */
  onRequest: (message: Readonly<Record<string, unknown>>) => void,
): EventReader {
  let answer: UpstreamAnswer | undefined;
  let lastEventId: string | undefined;
  const notify = (method: string, params: unknown) => {
    if (!isRecord(params)) onNotification?.({ method });
    else if (method !== 'notifications/progress') onNotification?.({ method, params });
    // Any other token would stand for another call, perhaps to another server.
    else if (params.progressToken === id && progressToken !== undefined)
      onNotification?.({ method, params: { ...params, progressToken } });
  };
  return {
    onEvent: (event) => {
      lastEventId = event.id ?? lastEventId;
      const message = parseMessage(event.data);
      if (message === undefined) return false;
      if (typeof message.method === 'string') {
        if (message.id !== undefined) onRequest(message);
        else notify(message.method, message.params);
        return false;
      }
      if (message.id !== id) return false;
      answer = readAnswer(message);
      return answer !== undefined;
    },
    answer: () => answer,
    lastEventId: () => lastEventId,
  };
}

/** Seconds before a stream that ended is opened again; doubled each time that it ends at once. */
const minPauseSeconds = 1;
const maxPauseSeconds = 60;

/**
 * Keeps a stream of notices open until `signal` is aborted or the server shows that it has none. The gap between two
 * streams counts as a change, since notices may have been missed.
 */
export async function followNotices(options: {
  readonly open: (onEvent: (event: EventSourceMessage) => boolean) => Promise<HttpReply>;
  readonly onMessage: (data: string) => void;
  readonly onGap: () => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { open, onMessage, onGap, signal } = options;
  let pause = minPauseSeconds;
  while (!signal.aborted) {
    const opened = performance.now();
    const reply = await open(({ data }) => {
      onMessage(data);
      return false;
    }).catch(() => undefined);
    if (reply !== undefined && !reply.streamed) return;
    const lived = (performance.now() - opened) / 1000;
    pause = lived > maxPauseSeconds ? minPauseSeconds : Math.min(pause * 2, maxPauseSeconds);
    await sleep(pause * 1000, undefined, { signal, ref: false }).catch(() => {});
    if (!signal.aborted) onGap();
  }
}
