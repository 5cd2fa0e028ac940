import type { EventSourceMessage } from 'eventsource-parser';
import { modernVersion } from '../../protocol/era.ts';
import {
  encodeHeaderValue,
  type HeaderList,
  nameField,
  type ParamDeclaration,
  paramHeaders,
} from '../../protocol/mcp-headers.ts';
import {
  isListChange,
  listenMessage,
  outgoingParams,
  progressTokenOf,
} from '../transport/server-messages.ts';
import {
  type RequestOptions,
  type ServerFacts,
  type Transport,
  type TransportHooks,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from '../transport/transport.ts';
import type { HttpReply } from './dispatch.ts';
import type { Endpoint } from './endpoint.ts';
import { followNotices, parseMessage, readEvents, readReply } from './read-reply.ts';

/** What the locked schemas map to headers, by tool. */
export type ParamDeclarations = () => ReadonlyMap<string, readonly ParamDeclaration[]>;

/** Sends one request to a server of the stateless era. Giving it up closes its connection, which cancels it. */
export async function requestModern(
  endpoint: Endpoint,
  message: UpstreamRequest,
  options: RequestOptions,
  declarations: ParamDeclarations,
): Promise<UpstreamAnswer> {
  const id = endpoint.nextId();
  const { method } = message;
  const progressToken = progressTokenOf(message.params);
  const params = outgoingParams(message.params, 'modern', progressToken === undefined ? undefined : id);
  const events = readEvents(id, progressToken, options.onNotification, () => {});
  const reply = await endpoint.send({
    method: 'POST',
    headers: requestHeaders(message, options, declarations),
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    signal: options.signal,
    timeoutSeconds: options.timeoutSeconds,
    onEvent: events.onEvent,
    beforeResend: options.beforeSend,
  });
  if (!reply.streamed) return readReply(reply, id);
  const answer = events.answer();
  if (answer === undefined) throw new UpstreamError('lost', 'it ended its stream without an answer', true);
  return answer;
}

function requestHeaders(
  message: UpstreamRequest,
  options: RequestOptions,
  declarations: ParamDeclarations,
): HeaderList {
  const { method, params } = message;
  const headers = ['mcp-protocol-version', modernVersion, 'mcp-method', method];
  const field = nameField[method];
  const name = field === undefined ? undefined : params[field];
  if (typeof name === 'string') headers.push('mcp-name', encodeHeaderValue(name));
  if (method === 'tools/call') {
    const declared = declarations().get(String(name));
    if (declared !== undefined) headers.push(...paramHeaders(declared, params.arguments));
    if (options.paramHeaders !== undefined) headers.push(...Object.entries(options.paramHeaders).flat());
  }
  return headers;
}

/** A transport to a stateless server; it keeps nothing except the stream of notices. */
export function openModern(
  endpoint: Endpoint,
  facts: ServerFacts,
  declarations: ParamDeclarations,
  hooks: TransportHooks,
  watch: boolean,
): Transport {
  const closed = new AbortController();
  if (watch) {
    void followNotices({
      signal: closed.signal,
      onGap: hooks.onListChanged,
      onMessage: (data) => {
        if (isListChange(parseMessage(data)?.method)) hooks.onListChanged();
      },
      open: (onEvent) => listen(endpoint, closed.signal, onEvent),
    });
  }
  return {
    facts,
    request: (message, options) => requestModern(endpoint, message, options, declarations),
    close: async () => closed.abort(),
  };
}

function listen(
  endpoint: Endpoint,
  signal: AbortSignal,
  onEvent: (event: EventSourceMessage) => boolean,
): Promise<HttpReply> {
  return endpoint.send({
    method: 'POST',
    headers: ['mcp-protocol-version', modernVersion, 'mcp-method', listenMessage.method],
    body: JSON.stringify({ jsonrpc: '2.0', id: endpoint.nextId(), ...listenMessage }),
    signal,
    timeoutSeconds: Number.POSITIVE_INFINITY,
    onEvent,
  });
}
