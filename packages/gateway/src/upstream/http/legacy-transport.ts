import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSourceMessage } from 'eventsource-parser';
import { abortSignalOf, type CallSignal } from '../../kernel/call-signal.ts';
import { readEnded } from '../../protocol/bridge-contract.ts';
import type { HeaderList } from '../../protocol/mcp-headers.ts';
import { isListChange, outgoingParams, progressTokenOf } from '../transport/server-messages.ts';
import {
  cancelled,
  type RequestOptions,
  type ServerFacts,
  SessionOver,
  type Transport,
  type TransportHooks,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from '../transport/transport.ts';
import type { HttpReply } from './dispatch.ts';
import type { Endpoint } from './endpoint.ts';
import { type EventReader, followNotices, parseMessage, readEvents, readReply } from './read-reply.ts';

/** Seconds that a message without an answer may take: a cancellation, a refusal, a goodbye. */
const courtesySeconds = 5;
/** Milliseconds before a stream is resumed, where the server names none. */
const defaultRetryMs = 1000;
/** Below this a server would have the gateway ask without a pause. */
const minRetryMs = 100;

/** Refusals that may be on their way at once, and characters of an id that is answered. */
const maxRefusals = 16;
const maxIdLength = 200;

const ignored = new AbortController().signal;

/** A session with a server of the era that has them. */
interface LegacySession {
  readonly endpoint: Endpoint;
  /** Absent for servers that keep none. */
  readonly id: string | undefined;
  readonly headers: HeaderList;
  /** Refusals of what the server asked that are on their way. */
  refusals: number;
  /** Whether there is nobody any more to take leave of. */
  over: boolean;
}

/** Makes the headers of a session once, for all its requests. */
export function newSession(
  endpoint: Endpoint,
  protocolVersion: string,
  id: string | undefined,
): LegacySession {
  const session = id === undefined ? [] : ['mcp-session-id', id];
  const headers = ['mcp-protocol-version', protocolVersion, ...session];
  return { endpoint, id, headers, refusals: 0, over: false };
}

/** Sends a message that has no answer. Settles when it has arrived, or can't. */
export async function tell(session: LegacySession, message: object): Promise<void> {
  const { endpoint, headers } = session;
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  const request = {
    method: 'POST' as const,
    headers,
    body,
    signal: ignored,
    timeoutSeconds: courtesySeconds,
  };
  await endpoint.send(request).catch(() => {});
}

/** Servers may ask the gateway nothing: no capability is declared. */
export function refuseRequest(session: LegacySession, { id }: Readonly<Record<string, unknown>>): void {
  const isId = typeof id === 'number' || (typeof id === 'string' && id.length <= maxIdLength);
  // A server that asks without reading the answers has only itself to blame.
  if (!isId || session.refusals >= maxRefusals) return;
  session.refusals += 1;
  const error = { code: -32601, message: 'Refused: servers may ask nothing here.' };
  void tell(session, { id, error }).finally(() => {
    session.refusals -= 1;
  });
}

/** Sends one request in a session. Giving it up tells the server, since closing the connection does not. */
async function requestLegacy(
  session: LegacySession,
  message: UpstreamRequest,
  options: RequestOptions,
): Promise<UpstreamAnswer> {
  const { endpoint, headers } = session;
  const { signal, timeoutSeconds } = options;
  const id = endpoint.nextId();
  const progressToken = progressTokenOf(message.params);
  const params = outgoingParams(message.params, 'legacy', progressToken === undefined ? undefined : id);
  const events = readEvents(id, progressToken, options.onNotification, (request) =>
    refuseRequest(session, request),
  );
  let retry = defaultRetryMs;
  const onRetry = (milliseconds: number) => {
    retry = milliseconds;
  };
  const deadline = performance.now() + timeoutSeconds * 1000;
  try {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: message.method, params });
    const reply = await endpoint.send({
      method: 'POST',
      headers,
      body,
      signal,
      timeoutSeconds,
      onEvent: events.onEvent,
      onRetry,
      beforeResend: options.beforeSend,
    });
    if (!reply.streamed) return readSessionReply(session, reply, id);
    return (
      events.answer() ??
      (await resume(session, events, { signal, deadline, timeoutSeconds, retry: () => retry }))
    );
  } catch (error) {
    if (error instanceof SessionOver) session.over = true;
    if (
      error instanceof UpstreamError &&
      error.sent &&
      (error.code === 'cancelled' || error.code === 'timeout')
    ) {
      void tell(session, {
        method: 'notifications/cancelled',
        params: { requestId: id, reason: error.message },
      });
    }
    throw error;
  }
}

function readSessionReply(session: LegacySession, reply: HttpReply, id: number): UpstreamAnswer {
  // Source: MCP 2025-11-25, Streamable HTTP, "Session management": 404 means that the session is gone.
  if (reply.status === 404 && session.id !== undefined)
    throw new SessionOver('its session has expired', true);
  try {
    return readReply(reply, id);
  } catch (error) {
    // Some servers say it with 400 instead. That isn't sure enough to send again, but the next request starts anew.
    if (reply.status === 400 && session.id !== undefined && /session|initiali[sz]/i.test(reply.text)) {
      throw new SessionOver(error instanceof Error ? error.message : 'its session is gone', false);
    }
    throw error;
  }
}

/**
 * Waits for the answer on further streams: a server may end one at any time and have the client ask where it
 * stopped. That repeats nothing. Source: MCP 2025-11-25, Streamable HTTP, "Resumability and redelivery".
 */
async function resume(
  session: LegacySession,
  events: EventReader,
  options: { signal: CallSignal; deadline: number; timeoutSeconds: number; retry: () => number },
): Promise<UpstreamAnswer> {
  const { deadline } = options;
  // Once for all rounds: each would leave a listener behind.
  const signal = abortSignalOf(options.signal);
  for (let at = events.lastEventId(); at !== undefined; at = events.lastEventId()) {
    const pauseMs = Math.max(options.retry(), minRetryMs);
    const left = deadline - performance.now() - pauseMs;
    if (left <= 0)
      throw new UpstreamError('timeout', `it gave no answer within ${options.timeoutSeconds} s`, true);
    await sleep(pauseMs, undefined, { signal }).catch(() => {
      throw cancelled(true);
    });
    const reply = await stream(session, events.onEvent, {
      signal,
      timeoutSeconds: left / 1000,
      lastEventId: at,
    }).catch((error: UpstreamError) => {
      throw error.sent ? error : new UpstreamError('lost', error.message, true);
    });
    const answer = events.answer();
    if (answer !== undefined) return answer;
    if (!reply.streamed) break;
  }
  throw new UpstreamError('lost', 'it ended its stream without an answer', true);
}

function stream(
  { endpoint, headers }: LegacySession,
  onEvent: (event: EventSourceMessage) => boolean,
  options: { signal: CallSignal; timeoutSeconds: number; lastEventId?: string },
): Promise<HttpReply> {
  const from = options.lastEventId === undefined ? [] : ['last-event-id', options.lastEventId];
  const { signal, timeoutSeconds } = options;
  return endpoint.send({ method: 'GET', headers: [...headers, ...from], signal, timeoutSeconds, onEvent });
}

/** A transport in a session. */
export function openLegacy(
  session: LegacySession,
  facts: ServerFacts,
  hooks: TransportHooks,
  watch: boolean,
): Transport {
  const closed = new AbortController();
  const { endpoint, headers } = session;
  if (watch) {
    void followNotices({
      signal: closed.signal,
      onGap: hooks.onListChanged,
      onMessage: (data) => {
        const message = parseMessage(data);
        const ended = endpoint.bridged ? readEnded(message) : undefined;
        if (ended !== undefined) {
          session.over = true;
          hooks.onClosed(ended);
        } else if (isListChange(message?.method)) hooks.onListChanged();
        else if (message?.method !== undefined && message.id !== undefined) refuseRequest(session, message);
      },
      open: (onEvent) =>
        stream(session, onEvent, { signal: closed.signal, timeoutSeconds: Number.POSITIVE_INFINITY }),
    });
  }
  return {
    facts,
    request: (message, options) => requestLegacy(session, message, options),
    close: async () => {
      closed.abort();
      if (session.id === undefined || session.over) return;
      const goodbye = {
        method: 'DELETE' as const,
        headers,
        signal: ignored,
        timeoutSeconds: courtesySeconds,
      };
      await endpoint.send(goodbye).catch(() => {});
    },
  };
}
