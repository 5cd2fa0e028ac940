import { randomInt } from 'node:crypto';
import { isRecord } from '@lockstep/model/internal';
import { Pool as ConnectionPool } from 'undici';
import { excerpt } from '../../kernel/redaction.ts';
import { isolationHeader, signedContent, signIsolation } from '../../protocol/bridge-contract.ts';
import type { HeaderList } from '../../protocol/mcp-headers.ts';
import { clientInfo } from '../transport/server-messages.ts';
import { UpstreamError } from '../transport/transport.ts';
import { type Credentials, sendSignedIn } from './credentials.ts';
import { type DispatchOptions, dispatch, type HttpReply } from './dispatch.ts';
import { parseMessage } from './read-reply.ts';

/** Seconds in which a server must accept a connection. */
const connectTimeoutSeconds = 10;
/** Most connections to one server; other requests wait for one, within their own deadlines. */
const maxConnections = 256;

const commonHeaders: HeaderList = [
  'content-type',
  'application/json',
  'accept',
  'application/json, text/event-stream',
  'user-agent',
  `${clientInfo.name}/${clientInfo.version}`,
];

/** The address of one remote server, with the connections that all sessions share. Sessions differ in headers only. */
export interface Endpoint {
  readonly maxBytes: number;
  /** Whether this is a bridge, which reports more about a process than other servers do about a session. */
  readonly bridged: boolean;
  /** A new JSON-RPC id. */
  nextId(): number;
  /** @throws UpstreamError */
  send(options: EndpointRequest): Promise<HttpReply>;
  close(): Promise<void>;
}

export interface EndpointRequest extends DispatchOptions {
  /** Headers in addition to those of every request. */
  readonly headers: HeaderList;
  /** Called before the request is sent again with newer credentials; throws to prevent that. */
  readonly beforeResend?: (() => void) | undefined;
}

/**
 * Opens an endpoint; it connects with the first request.
 *
 * @param streams how many connections may be streams that stay open.
 */
export function openEndpoint(
  url: string,
  maxBytes: number,
  credentials?: Credentials | undefined,
  streams = 0,
): Endpoint {
  const { origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  const dispatcher = new ConnectionPool(origin, {
    connections: maxConnections + streams,
    pipelining: 1,
    allowH2: false,
    connectTimeout: connectTimeoutSeconds * 1000,
    // Every request has its own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const target = { dispatcher, path, maxBytes };
  // Random, so that no two gateways or starts share ids: a bridge accepts no request twice.
  let lastId = randomInt(2 ** 40);
  return {
    maxBytes,
    bridged: false,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    send(options) {
      if (credentials === undefined) return dispatch(target, commonHeaders.concat(options.headers), options);
      return sendSignedIn(credentials, options, (own) =>
        dispatch(target, commonHeaders.concat(own, options.headers), options),
      );
    },
    close: () => {
      credentials?.close();
      return dispatcher.destroy();
    },
  };
}

/** The session header of the era that has sessions. */
const sessionHeader = 'mcp-session-id';

/** The endpoint of a bridge for one isolation key: each request carries the signed key. */
export function signedEndpoint(endpoint: Endpoint, secret: Uint8Array, key: string): Endpoint {
  return {
    ...endpoint,
    bridged: true,
    send: async (request) => {
      const { method, headers, body = '' } = request;
      const at = headers.indexOf(sessionHeader);
      const content = signedContent(method, at === -1 ? undefined : headers[at + 1], body);
      const signature = signIsolation(secret, key, content, Date.now() / 1000);
      const reply = await endpoint.send({ ...request, headers: [...headers, isolationHeader, signature] });
      if (reply.status === 401) throw new UpstreamError('unavailable', refusalIn(reply.text));
      return reply;
    },
  };
}

/** The refusal in a 401. Other servers may say anything there, but a bridge says what is wrong with the signature. */
function refusalIn(text: string): string {
  const error = parseMessage(text)?.error;
  const said = isRecord(error) && typeof error.message === 'string' ? error.message : 'it gives no reason';
  return `its bridge refuses the gateway: ${excerpt(said, 200)}`;
}
