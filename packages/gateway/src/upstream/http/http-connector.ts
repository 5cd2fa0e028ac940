import { isRecord, type Release } from '@lockstep/model/internal';
import { excerpt } from '../../kernel/redaction.ts';
import { legacyVersions, metaKey, modernVersion } from '../../protocol/era.ts';
import { declaredParamHeaders } from '../../protocol/mcp-headers.ts';
import { clientInfo } from '../transport/server-messages.ts';
import {
  type Connector,
  type ServerFacts,
  type Transport,
  type TransportHooks,
  type UpstreamAnswer,
  UpstreamError,
} from '../transport/transport.ts';
import type { Credentials } from './credentials.ts';
import { type Endpoint, openEndpoint, signedEndpoint } from './endpoint.ts';
import { newSession, openLegacy, tell } from './legacy-transport.ts';
import { openModern, type ParamDeclarations, requestModern } from './modern-transport.ts';
import { HttpFailure, readEvents, readReply } from './read-reply.ts';

interface HttpConnectorOptions {
  readonly url: string;
  readonly release: () => Release;
  /** Seconds for each request of the handshake. */
  readonly timeoutSeconds: () => number;
  readonly maxBytes: number;
  /** Default: none are sent. */
  readonly credentials?: Credentials | undefined;
  /** Signs isolation keys, if this is a bridge. Default: it isn't one. */
  readonly bridgeKey?: Uint8Array | undefined;
}

/** Most processes of a bridge, each of which is followed on a stream: the limit of `processes.max`. */
const maxProcesses = 1000;

/** Connects to a remote server, over shared connections; if the server has sessions, one per isolation key. */
export function httpConnector(options: HttpConnectorOptions): Connector {
  const { url, maxBytes, credentials, bridgeKey } = options;
  const endpoint = openEndpoint(url, maxBytes, credentials, bridgeKey === undefined ? 0 : maxProcesses);
  let stateless = false;
  let read: { release: Release; headers: ReturnType<typeof declaredParamHeaders> } | undefined;

  /** Computed once per release, since every call uses it. */
  const declarations = () => {
    const release = options.release();
    if (read?.release !== release) read = { release, headers: declaredParamHeaders(release) };
    return read.headers;
  };

  return {
    async connect({ key, watch, signal, hooks }) {
      const timeoutSeconds = options.timeoutSeconds();
      if (bridgeKey !== undefined) {
        const signed = signedEndpoint(endpoint, bridgeKey, key);
        // There, each key has its own process, whose changes only this session sees.
        return connectHttp(signed, { declarations, hooks, watch: true, signal, timeoutSeconds }).catch(
          busyOr,
        );
      }
      const transport = await connectHttp(endpoint, { declarations, hooks, watch, signal, timeoutSeconds });
      stateless = transport.facts.era === 'modern';
      return transport;
    },
    stateless: () => stateless,
    close: () => endpoint.close(),
  };
}

/** Reports a bridge whose processes are all in use as busy, not as a failed start. */
function busyOr(error: unknown): never {
  if (error instanceof HttpFailure && error.status === 429) throw new UpstreamError('busy', error.message);
  throw error;
}

/** Older revisions don't differ in anything that the gateway uses. */
const acceptedVersions: readonly string[] = [...legacyVersions, '2025-03-26'];

interface ConnectOptions {
  readonly declarations: ParamDeclarations;
  readonly hooks: TransportHooks;
  /** Whether to follow the server's notices that its lists have changed. */
  readonly watch: boolean;
  readonly signal: AbortSignal;
  /** Seconds for each request of the handshake. */
  readonly timeoutSeconds: number;
}

/**
 * Opens a transport to a remote server in the server's era. It tries the modern era first.
 *
 * @throws UpstreamError that says why the server can't be used.
 */
async function connectHttp(endpoint: Endpoint, options: ConnectOptions): Promise<Transport> {
  const facts = await discover(endpoint, options);
  if (facts !== undefined) {
    return openModern(endpoint, facts, options.declarations, options.hooks, options.watch);
  }
  return initialize(endpoint, options);
}

/** Asks a modern server what it is; undefined for a server of the older era. */
async function discover(endpoint: Endpoint, options: ConnectOptions): Promise<ServerFacts | undefined> {
  const { signal, timeoutSeconds, declarations } = options;
  const message = { method: 'server/discover', params: {} };
  let answer: UpstreamAnswer;
  try {
    answer = await requestModern(endpoint, message, { signal, timeoutSeconds }, declarations);
  } catch (error) {
    if (isOldServersReply(error)) return undefined;
    throw error;
  }
  if ('error' in answer) return undefined;
  const { supportedVersions, capabilities, instructions, serverInfo, _meta: meta } = answer.result;
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(modernVersion)) return undefined;
  return {
    era: 'modern',
    protocolVersion: modernVersion,
    serverInfo: infoOf((isRecord(meta) ? meta[metaKey.serverInfo] : undefined) ?? serverInfo),
    capabilities: isRecord(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' ? instructions : null,
  };
}

/**
 * Whether a failed probe only shows that the server doesn't know the method: it answered with a client error, or with
 * something that isn't the answer. Refused credentials, redirects and broken connections show nothing.
 */
function isOldServersReply(error: unknown): boolean {
  if (error instanceof HttpFailure) {
    return error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 403;
  }
  return error instanceof UpstreamError && error.code === 'invalid';
}

async function initialize(endpoint: Endpoint, options: ConnectOptions): Promise<Transport> {
  const { signal, timeoutSeconds } = options;
  const id = endpoint.nextId();
  const params = { protocolVersion: legacyVersions[0], capabilities: {}, clientInfo };
  const events = readEvents(id, undefined, undefined, () => {});
  const reply = await endpoint.send({
    method: 'POST',
    headers: [],
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params }),
    signal,
    timeoutSeconds,
    onEvent: events.onEvent,
  });
  const answer = reply.streamed ? events.answer() : readReply(reply, id);
  if (answer === undefined) throw new UpstreamError('invalid', 'it did not answer `initialize`');
  if ('error' in answer) {
    throw new UpstreamError(
      'unavailable',
      `it refuses to start a session: ${excerpt(answer.error.message, 200)}`,
    );
  }
  const { protocolVersion, serverInfo, capabilities, instructions } = answer.result;
  if (typeof protocolVersion !== 'string' || !acceptedVersions.includes(protocolVersion)) {
    const found = excerpt(JSON.stringify(protocolVersion) ?? 'none', 40);
    const known = [modernVersion, ...acceptedVersions].join(', ');
    throw new UpstreamError('invalid', `it speaks protocol version ${found}, not one of ${known}`);
  }
  const sessionId = reply.headers['mcp-session-id'];
  const session = newSession(
    endpoint,
    protocolVersion,
    typeof sessionId === 'string' ? sessionId : undefined,
  );
  // Wait for it, since the next request may use another connection and overtake it.
  await tell(session, { method: 'notifications/initialized' });
  const facts: ServerFacts = {
    era: 'legacy',
    protocolVersion,
    serverInfo: infoOf(serverInfo),
    capabilities: isRecord(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' ? instructions : null,
  };
  return openLegacy(session, facts, options.hooks, options.watch);
}

function infoOf(value: unknown): ServerFacts['serverInfo'] {
  const { name, version } = isRecord(value) ? value : {};
  return {
    name: typeof name === 'string' ? name : 'unknown',
    version: typeof version === 'string' ? version : 'unknown',
  };
}
