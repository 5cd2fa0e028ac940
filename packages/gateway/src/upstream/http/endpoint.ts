import { Pool } from 'undici';
import { clientInfo } from '../client-info.ts';
import { type ExchangeOptions, exchange, type HttpReply } from './exchange.ts';
import type { HeaderList } from './param-headers.ts';

/** Seconds in which a server must accept a connection. */
const connectTimeout = 10;
/** Connections to one server; requests beyond wait for one, within their own deadlines. */
const mostConnections = 256;

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
  /** A new JSON-RPC id. */
  nextId(): number;
  /** @throws UpstreamError */
  send(options: EndpointRequest): Promise<HttpReply>;
  close(): Promise<void>;
}

export type EndpointRequest = Omit<ExchangeOptions, 'dispatcher' | 'path' | 'maxBytes'>;

/** Opens the pool; nothing is connected before the first request. */
export function openEndpoint(url: string, maxBytes: number): Endpoint {
  const { origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  const dispatcher = new Pool(origin, {
    connections: mostConnections,
    pipelining: 1,
    allowH2: false,
    connectTimeout: connectTimeout * 1000,
    // Every request has a deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let lastId = 0;
  return {
    maxBytes,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    send: (options) =>
      exchange({ ...options, headers: [...commonHeaders, ...options.headers], dispatcher, path, maxBytes }),
    close: () => dispatcher.destroy(),
  };
}
