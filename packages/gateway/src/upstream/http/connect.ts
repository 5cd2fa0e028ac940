import { isRecord } from '@lockstep/model/internal';
import { legacyVersions, metaKey, modernVersion } from '../../protocol/era.ts';
import { type Answer, UpstreamError } from '../answer.ts';
import { clientInfo } from '../client-info.ts';
import type { Connection, ConnectionHooks, ServerFacts } from '../connection.ts';
import { excerpt } from '../excerpt.ts';
import type { Endpoint } from './endpoint.ts';
import { readEvents } from './event-reader.ts';
import { newSession, openLegacy, tell } from './legacy.ts';
import { openModern, type ParamDeclarations, requestModern } from './modern.ts';
import { HttpFailure, readReply } from './read-reply.ts';

/** Older revisions differ in nothing that the gateway uses. */
const acceptedVersions: readonly string[] = [...legacyVersions, '2025-03-26'];

export interface ConnectOptions {
  readonly declarations: ParamDeclarations;
  readonly hooks: ConnectionHooks;
  /** Whether to follow the server's notices that its lists have changed. */
  readonly watch: boolean;
  readonly signal: AbortSignal;
  /** Seconds for each request of the handshake. */
  readonly timeout: number;
}

/**
 * Begins a conversation with a remote server in whichever era it speaks: it is asked in the modern way first.
 *
 * @throws UpstreamError saying why it can't be talked to.
 */
export async function connectHttp(endpoint: Endpoint, options: ConnectOptions): Promise<Connection> {
  const facts = await discover(endpoint, options);
  if (facts !== undefined) {
    return openModern(endpoint, facts, options.declarations, options.hooks, options.watch);
  }
  return initialize(endpoint, options);
}

/** Asks a modern server what it is; undefined for one of the older era. */
async function discover(endpoint: Endpoint, options: ConnectOptions): Promise<ServerFacts | undefined> {
  const { signal, timeout, declarations } = options;
  const message = { method: 'server/discover', params: {} };
  let answer: Answer;
  try {
    answer = await requestModern(endpoint, message, { signal, timeout }, declarations);
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
 * Whether a failed probe only shows that the server doesn't know it: it answered, with a client error or something
 * that isn't the answer. Refused credentials, redirects and broken connections show nothing.
 */
function isOldServersReply(error: unknown): boolean {
  if (error instanceof HttpFailure) {
    return error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 403;
  }
  return error instanceof UpstreamError && error.code === 'invalid';
}

async function initialize(endpoint: Endpoint, options: ConnectOptions): Promise<Connection> {
  const { signal, timeout } = options;
  const id = endpoint.nextId();
  const params = { protocolVersion: legacyVersions[0], capabilities: {}, clientInfo };
  const events = readEvents(id, undefined, undefined, () => {});
  const reply = await endpoint.send({
    method: 'POST',
    headers: [],
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params }),
    signal,
    timeout,
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
  // Waited for, since the next request may take another connection and overtake it.
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
