import type { Release } from '@lockstep/model/internal';
import { declaredParamHeaders } from '../../protocol/param-headers.ts';
import { UpstreamError } from '../answer.ts';
import type { Connector } from '../connector.ts';
import { connectHttp } from './connect.ts';
import type { Credentials } from './credentials.ts';
import { openEndpoint } from './endpoint.ts';
import { HttpFailure } from './read-reply.ts';
import { signedEndpoint } from './signed.ts';

export interface HttpConnectorOptions {
  readonly url: string;
  readonly release: () => Release;
  /** Seconds for each request of the handshake. */
  readonly timeout: () => number;
  readonly maxBytes: number;
  /** Default: none are sent. */
  readonly credentials?: Credentials | undefined;
  /** Where a bridge answers: what its isolation keys are signed with. Default: it is no bridge. */
  readonly bridgeKey?: Uint8Array | undefined;
}

/** Processes that a bridge has at most, each of which is followed on a stream: the bound of `processes.max`. */
const mostProcesses = 1000;

/** Talks to a remote server: one session per isolation key where it has sessions, over shared connections. */
export function httpConnector(options: HttpConnectorOptions): Connector {
  const { url, maxBytes, credentials, bridgeKey } = options;
  const endpoint = openEndpoint(url, maxBytes, credentials, bridgeKey === undefined ? 0 : mostProcesses);
  let stateless = false;
  let read: { release: Release; headers: ReturnType<typeof declaredParamHeaders> } | undefined;

  /** Computed once per release: this is on the path of every call. */
  const declarations = () => {
    const release = options.release();
    if (read?.release !== release) read = { release, headers: declaredParamHeaders(release) };
    return read.headers;
  };

  return {
    async connect({ key, watch, signal, hooks }) {
      const timeout = options.timeout();
      if (bridgeKey !== undefined) {
        const signed = signedEndpoint(endpoint, bridgeKey, key);
        // Each key has a process of its own there, whose changes nobody else sees.
        return connectHttp(signed, { declarations, hooks, watch: true, signal, timeout }).catch(busyOr);
      }
      const connection = await connectHttp(endpoint, { declarations, hooks, watch, signal, timeout });
      stateless = connection.facts.era === 'modern';
      return connection;
    },
    stateless: () => stateless,
    close: () => endpoint.close(),
  };
}

/** A bridge whose processes are all in use works as it should: that is no failed start. */
function busyOr(error: unknown): never {
  if (error instanceof HttpFailure && error.status === 429) throw new UpstreamError('busy', error.message);
  throw error;
}
