import type { Release } from '@lockstep/model';
import type { Connector } from '../connector.ts';
import { connectHttp } from './connect.ts';
import type { Credentials } from './credentials.ts';
import { openEndpoint } from './endpoint.ts';
import { declaredParamHeaders } from './param-headers.ts';

export interface HttpConnectorOptions {
  readonly url: string;
  readonly release: () => Release;
  /** Seconds for each request of the handshake. */
  readonly timeout: () => number;
  readonly maxBytes: number;
  /** Default: none are sent. */
  readonly credentials?: Credentials | undefined;
}

/** Talks to a remote server: one session per isolation key where it has sessions, over shared connections. */
export function httpConnector(options: HttpConnectorOptions): Connector {
  const endpoint = openEndpoint(options.url, options.maxBytes, options.credentials);
  let stateless = false;
  let read: { release: Release; headers: ReturnType<typeof declaredParamHeaders> } | undefined;

  /** Computed once per release: this is on the path of every call. */
  const declarations = () => {
    const release = options.release();
    if (read?.release !== release) read = { release, headers: declaredParamHeaders(release) };
    return read.headers;
  };

  return {
    async connect({ watch, signal, hooks }) {
      const connection = await connectHttp(endpoint, {
        declarations,
        hooks,
        watch,
        signal,
        timeout: options.timeout(),
      });
      stateless = connection.facts.era === 'modern';
      return connection;
    },
    stateless: () => stateless,
    close: () => endpoint.close(),
  };
}
