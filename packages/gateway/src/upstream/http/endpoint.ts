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
/** Connections to one server; requests beyond wait for one, within their own deadlines. */
const maxConnections = 256;

const commonHeaders: HeaderList = [
  'content-type',
  'application/json',
  'accept',
  'application/json, text/event-stream',
  'user-agent',
  `${clientInfo.name}/${clientInfo.version}`,
];

/** One remote server's address with its connections, shared by all sessions; sessions differ in headers only. */
export interface Endpoint {
  readonly maxBytes: number;
  /** Whether a bridge answers there, which says more of a process than other servers do of a session. */
  readonly bridged: boolean;
  /** A new JSON-RPC id. */
  nextId(): number;
  /** @throws UpstreamError */
  send(options: EndpointRequest): Promise<HttpReply>;
  close(): Promise<void>;
}

export interface EndpointRequest extends DispatchOptions {
  /** Beside those that every request has. */
  readonly headers: HeaderList;
  /** Called before the request goes out a second time, with newer credentials; throws to hold it back. */
  readonly beforeResend?: (() => void) | undefined;
}

/**
 * Opens the connections; nothing is connected before the first request.
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
    // Every request has a deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const target = { dispatcher, path, maxBytes };
  // Not the same as another gateway's, or an earlier one's: a bridge takes no request twice.
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

/** Header of the era that has sessions. */
const sessionHeader = 'mcp-session-id';

/** The endpoint of a bridge as one isolation key uses it: each request carries the key, signed. */
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

/** Other servers may say anything with a 401; a bridge says what is wrong with the signature. */
function refusalIn(text: string): string {
  const error = parseMessage(text)?.error;
  const said = isRecord(error) && typeof error.message === 'string' ? error.message : 'it gives no reason';
  return `its bridge refuses the gateway: ${excerpt(said, 200)}`;
}
