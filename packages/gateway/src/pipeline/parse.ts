import { isRecord } from '@lockstep/model/internal';
import { classify, isRejection, legacyVersions, metaKey } from '../protocol/era.ts';
import { errorCode, type Message, readMessage } from '../protocol/json-rpc.ts';
import { parseStrict, StrictJsonError } from '../protocol/strict-json.ts';
import type { GatewayContext } from './context.ts';
import { type Authenticated, add, type Parsed } from './exchange.ts';
import { HttpRejection } from './refusal.ts';

/** The pseudo-method of a legacy client that opens its stream (GET) or ends its session (DELETE). */
export const sessionMethods = { GET: 'session/stream', DELETE: 'session/end' } as const;

/** Reads the one message of a request strictly, and finds its era, its client and its session. */
export function parse(received: Authenticated, { sessions }: GatewayContext): Parsed {
  const { record, headers, endpoint, policy } = received;
  if (endpoint !== undefined && !policy.servers.has(endpoint)) {
    throw new HttpRejection(404, {
      code: errorCode.invalidRequest,
      message: `There is no server ${JSON.stringify(endpoint.slice(0, 63))} here; see \`lockstep plan\`.`,
    });
  }
  if (received.verb !== 'POST') return parseSessionVerb(received, sessions);
  const message = readBody(received);
  record.asks(message.method, message.id);
  record.tracedBy(traceIdOf(message));
  const era = classify(message, headers);
  if (isRejection(era)) throw new HttpRejection(era.status, era.error);
  if (era === 'modern') {
    record.spokenIn(era, clientOf(message, metaKey.clientInfo));
    return add(received, { message, era, session: undefined });
  }
  if (message.method === 'initialize') {
    record.spokenIn(era, readClient(message.params.clientInfo));
    return add(received, { message, era, session: undefined });
  }
  record.spokenIn(era);
  const session = findSession(received, sessions);
  record.spokenIn(era, session.client);
  return add(received, { message, era, session });
}

function parseSessionVerb(received: Authenticated, sessions: GatewayContext['sessions']): Parsed {
  const method = sessionMethods[received.verb as 'GET' | 'DELETE'];
  received.record.asks(method, undefined);
  received.record.spokenIn('legacy');
  const session = findSession(received, sessions);
  const message = { id: undefined, method, params: {} };
  return add(received, { era: 'legacy' as const, session, message });
}

function readBody({ body, policy }: Authenticated): Message {
  let value: unknown;
  try {
    value = parseStrict(body, policy.config.settings.limits.depth);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    throw new HttpRejection(400, { code: errorCode.parse, message: error.message });
  }
  const message = readMessage(value);
  if (typeof message === 'string') throw new HttpRejection(400, { code: errorCode.invalidRequest, message });
  return message;
}

function findSession({ headers, caller, endpoint }: Authenticated, sessions: GatewayContext['sessions']) {
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && !legacyVersions.includes(String(version))) {
    throw new HttpRejection(400, {
      code: errorCode.unsupportedVersion,
      message: `Protocol version ${JSON.stringify(version)} is not served with sessions; use one of ${legacyVersions.join(', ')}.`,
    });
  }
  const id = headers['mcp-session-id'];
  if (typeof id !== 'string') {
    throw new HttpRejection(400, {
      code: errorCode.invalidRequest,
      message: 'The header Mcp-Session-Id is missing; send `initialize` first.',
    });
  }
  const session = sessions.find(id, caller, endpoint);
  if (session === undefined) {
    throw new HttpRejection(404, {
      code: errorCode.invalidRequest,
      message: 'This session is not open, or no longer; send `initialize` again.',
    });
  }
  return session;
}

function clientOf(message: Message, key: string) {
  const meta = message.params._meta;
  return isRecord(meta) ? readClient(meta[key]) : undefined;
}

/** What a client calls itself: recorded, but never decided on. */
export function readClient(info: unknown): { name: string; version: string } | undefined {
  if (!isRecord(info) || typeof info.name !== 'string') return undefined;
  const version = typeof info.version === 'string' ? info.version : '';
  return { name: info.name.slice(0, 100), version: version.slice(0, 50) };
}

function traceIdOf(message: Message): string | undefined {
  const meta = message.params._meta;
  const parent = isRecord(meta) ? meta.traceparent : undefined;
  return typeof parent === 'string'
    ? /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent)?.[1]
    : undefined;
}
