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

/** Seconds for a message that has no answer: a cancellation, a refusal, the end of a session. */
const courtesySeconds = 5;
/** Milliseconds before a stream is resumed, unless the server says otherwise. */
const defaultRetryMs = 1000;
/** Least milliseconds before a stream is resumed, so that a server can't make the gateway ask without a pause. */
const minRetryMs = 100;

/** Most refusals in flight at once; below, most characters of an id that gets an answer. */
const maxRefusals = 16;
const maxIdLength = 200;

const ignored = new AbortController().signal;

/** A session with a server of the era that has sessions. */
interface LegacySession {
  readonly endpoint: Endpoint;
  /** Absent for servers that keep no session. */
  readonly id: string | undefined;
  readonly headers: HeaderList;
  /** How many refusals of the server's requests are in flight. */
  refusals: number;
  /** Whether the session is over, so that the server needn't be told. */
  over: boolean;
}

/** Makes the headers of a session once for all its requests. */
export function newSession(
  endpoint: Endpoint,
  protocolVersion: string,
  id: string | undefined,
): LegacySession {
  const session = id === undefined ? [] : ['mcp-session-id', id];
  const headers = ['mcp-protocol-version', protocolVersion, ...session];
  return { endpoint, id, headers, refusals: 0, over: false };
}

/** Sends a message that has no answer. Settles when it has arrived, or can't arrive. */
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

/** Refuses a server's request: servers may ask the gateway nothing, since it declares no capability. */
export function refuseRequest(session: LegacySession, { id }: Readonly<Record<string, unknown>>): void {
  const isId = typeof id === 'number' || (typeof id === 'string' && id.length <= maxIdLength);
  // A server that asks without reading the answers gets no more of them.
  if (!isId || session.refusals >= maxRefusals) return;
  session.refusals += 1;
  const error = { code: -32601, message: 'Refused: servers may ask nothing here.' };
  void tell(session, { id, error }).finally(() => {
    session.refusals -= 1;
  });
}

/** Sends one request in a session. Tells the server when it is given up, since closing the connection doesn't. */
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
  // Source: MCP 2025-11-25, Streamable HTTP, "Session management": 404 means that the session has ended.
  if (reply.status === 404 && session.id !== undefined)
    throw new SessionOver('its session has expired', true);
  try {
    return readReply(reply, id);
  } catch (error) {
    // Some servers answer 400 instead. That isn't certain enough to send again, but the next request begins a session.
    if (reply.status === 400 && session.id !== undefined && /session|initiali[sz]/i.test(reply.text)) {
      throw new SessionOver(error instanceof Error ? error.message : 'its session is gone', false);
    }
    throw error;
  }
}

/**
 * Waits for the answer on further streams: a server may end a stream at any time, and the client continues after the
 * last event. This repeats nothing. Source: MCP 2025-11-25, Streamable HTTP, "Resumability and redelivery".
 */
async function resume(
  session: LegacySession,
  events: EventReader,
  options: { signal: CallSignal; deadline: number; timeoutSeconds: number; retry: () => number },
): Promise<UpstreamAnswer> {
  const { deadline } = options;
  // Once for all rounds, since each would leave a listener behind.
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

/** Makes the transport of a session. */
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
