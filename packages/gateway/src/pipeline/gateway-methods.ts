import { isRecord } from '@lockstep/model/internal';
import { capabilitiesOf, instructionsOf, serverInfo } from '../lists/capabilities.ts';
import type { ListKind } from '../lists/lists.ts';
import { listResources } from '../lists/resources.ts';
import { type Era, legacyVersions, metaKey, modernVersion } from '../protocol/era.ts';
import { errorCode, type Message, type Reply, type RequestId } from '../protocol/json-rpc.ts';
import type { GatewayContext } from './context.ts';
import type { Answer, Parsed } from './exchange.ts';
import { readClient, sessionMethods } from './parse.ts';
import { HttpRejection } from './refusal.ts';
import { inEra } from './shape.ts';
import { openListen, openSessionStream } from './subscribe.ts';

type GatewayMethod = (parsed: Parsed, context: GatewayContext) => Answer | Promise<Answer>;

/** The methods that the gateway answers itself, each with its eras. Other methods use a server, or are unknown. */
const gatewayMethods: Readonly<
  Record<string, { readonly eras: readonly Era[]; readonly answer: GatewayMethod }>
> = {
  initialize: { eras: ['legacy'], answer: initialize },
  'server/discover': { eras: ['modern'], answer: discover },
  ping: { eras: ['legacy'], answer: (parsed) => reply(parsed, {}) },
  'tools/list': { eras: ['modern', 'legacy'], answer: list('tools', 'tools') },
  'prompts/list': { eras: ['modern', 'legacy'], answer: list('prompts', 'prompts') },
  'resources/templates/list': {
    eras: ['modern', 'legacy'],
    answer: list('resourceTemplates', 'resourceTemplates'),
  },
  'resources/list': {
    eras: ['modern', 'legacy'],
    answer: async (parsed, context) => {
      refuseCursor(parsed);
      return reply(parsed, { resources: await listResources(parsed, context), ...caching(parsed) });
    },
  },
  'subscriptions/listen': { eras: ['modern'], answer: openListen },
  [sessionMethods.GET]: { eras: ['legacy'], answer: openSessionStream },
  [sessionMethods.DELETE]: { eras: ['legacy'], answer: endSession },
};

/** Answers what concerns the gateway itself; undefined for a request that uses a server. */
export function answerByGateway(
  parsed: Parsed,
  context: GatewayContext,
): Answer | Promise<Answer> | undefined {
  const { message, era } = parsed;
  if (message.id === undefined && message.method.startsWith('notifications/'))
    return takeNotification(parsed);
  const entry = Object.hasOwn(gatewayMethods, message.method) ? gatewayMethods[message.method] : undefined;
  if (entry === undefined || !entry.eras.includes(era)) return undefined;
  const isSessionVerb = message.method.startsWith('session/');
  if (isSessionVerb !== (parsed.verb !== 'POST')) return undefined;
  if (!isSessionVerb) demandId(message);
  parsed.record.isServed = true;
  return entry.answer(parsed, context);
}

/** Ends a request without an id: it would get no answer, and nobody could cancel it. */
export function demandId({ id, method }: Message): void {
  if (id !== undefined) return;
  throw new HttpRejection(400, {
    code: errorCode.invalidRequest,
    message: `${method} is a request; give it an \`id\`.`,
  });
}

/** Takes a client's notification. Only a cancellation has an effect, on requests of the same session. */
function takeNotification({ message, session }: Parsed): Answer {
  if (message.method === 'notifications/cancelled') {
    session?.inFlight.get(message.params.requestId as RequestId)?.abort();
  }
  return { status: 202 };
}

function reply(parsed: Parsed, result: Record<string, unknown>): Answer {
  return { status: 200, reply: { result: inEra(result, parsed.era) } satisfies Reply };
}

function initialize(parsed: Parsed, { sessions, upstreams }: GatewayContext): Answer {
  const { params } = parsed.message;
  const asked = params.protocolVersion;
  const version = legacyVersions.find((known) => known === asked) ?? legacyVersions[0] ?? '';
  const session = sessions.open({
    caller: parsed.caller,
    endpoint: parsed.endpoint,
    version,
    client: readClient(params.clientInfo),
  });
  if (session === undefined) {
    throw new HttpRejection(503, {
      code: errorCode.unavailable,
      message: 'The gateway has too many open sessions; try again later.',
    });
  }
  const result = {
    protocolVersion: version,
    capabilities: capabilitiesOf(parsed),
    serverInfo,
    instructions: instructionsOf(parsed, upstreams),
  };
  return { status: 200, headers: { 'mcp-session-id': session.id }, reply: { result } };
}

function discover(parsed: Parsed, { upstreams }: GatewayContext): Answer {
  return reply(parsed, {
    supportedVersions: [modernVersion, ...legacyVersions],
    capabilities: capabilitiesOf(parsed),
    instructions: instructionsOf(parsed, upstreams),
    ...caching(parsed),
    _meta: { [metaKey.serverInfo]: serverInfo },
  });
}

function list(kind: ListKind, field: string): GatewayMethod {
  return (parsed, { lists }) => {
    refuseCursor(parsed);
    const items = lists.list(kind, parsed.policy, parsed.caller, parsed.endpoint);
    return reply(parsed, { [field]: items, ...caching(parsed) });
  };
}

/** Lists depend on the caller and may change at any moment, so others may not reuse them, and nobody for long. */
function caching({ era }: Parsed): Record<string, unknown> {
  return era === 'modern' ? { ttlMs: 0, cacheScope: 'private' } : {};
}

/** Lists have a single page, so the gateway never gave out a cursor. */
function refuseCursor({ message }: Parsed): void {
  if (isRecord(message.params) && message.params.cursor !== undefined) {
    throw new HttpRejection(200, {
      code: errorCode.invalidParams,
      message: "`params.cursor` is not one of this gateway's, whose lists have one page; leave it out.",
    });
  }
}

function endSession(parsed: Parsed, { sessions }: GatewayContext): Answer {
  if (parsed.session !== undefined) sessions.close(parsed.session);
  return { status: 204 };
}
