import { decide, isRecord } from '@lockstep/model/internal';
import type { Logger } from 'pino';
import { type ClientSession, isolationKey } from '../client/client-sessions.ts';
import type { Caller } from '../identity/sign-in.ts';
import { abortSignalOf, type CallSignal } from '../kernel/call-signal.ts';
import type { Policy, PolicyServer } from '../policy/policy.ts';
import { withoutOwnMeta } from '../protocol/own-meta.ts';
import { composeUri, oddityOf } from '../protocol/resource-uri.ts';
import type { Upstreams } from '../upstream/upstreams.ts';

/** Most pages to read from one server. */
const maxPages = 100;
/** Most resources to take from one server. */
const maxResources = 10_000;

/** The caller, the endpoint, and the policy in force. */
interface ResourceListRequest {
  readonly policy: Policy;
  readonly caller: Caller;
  readonly endpoint: string | undefined;
  readonly session: ClientSession | undefined;
  readonly signal: CallSignal;
}

interface ListContext {
  readonly upstreams: Pick<Upstreams, 'request' | 'isAbsent'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Asks the servers for their concrete resources and returns those that the caller may read. A server that doesn't
 * answer within its deadline is left out, so it delays nobody.
 */
export async function listResources(request: ResourceListRequest, context: ListContext): Promise<object[]> {
  const { policy, endpoint } = request;
  const servers = [...policy.servers.values()].filter(
    ({ name, release }) =>
      release.resources && (endpoint === undefined || name === endpoint) && !context.upstreams.isAbsent(name),
  );
  const lists = await Promise.all(servers.map((server) => listOne(server, request, context)));
  return lists.flat();
}

async function listOne(
  server: PolicyServer,
  request: ResourceListRequest,
  context: ListContext,
): Promise<object[]> {
  try {
    const raw = await readPages(server, request, context);
    return raw.flatMap((resource) => shown(resource, server, request));
  } catch (error) {
    context.log.warn({ server: server.name, error: String(error) }, 'no answer; left out of a resource list');
    return [];
  }
}

async function readPages(
  server: PolicyServer,
  request: ResourceListRequest,
  { upstreams }: ListContext,
): Promise<unknown[]> {
  const timeoutSeconds = server.definition.timeouts.list;
  const signal = AbortSignal.any([abortSignalOf(request.signal), AbortSignal.timeout(timeoutSeconds * 1000)]);
  const key = isolationKey(server, request);
  const found: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < maxPages; page++) {
    const params = typeof cursor === 'string' ? { cursor } : {};
    const answer = await upstreams.request(
      server.name,
      key,
      { method: 'resources/list', params },
      { signal, timeoutSeconds },
    );
    if ('error' in answer) throw new Error(answer.error.message);
    if (Array.isArray(answer.result.resources)) found.push(...withoutOwnMeta(answer.result.resources));
    if (found.length > maxResources) throw new Error(`more than ${maxResources} resources`);
    cursor = answer.result.nextCursor;
    if (typeof cursor !== 'string') break;
  }
  return found;
}

function shown(
  resource: unknown,
  server: PolicyServer,
  { policy, caller, endpoint }: ResourceListRequest,
): object[] {
  if (!isRecord(resource) || typeof resource.uri !== 'string' || oddityOf(resource.uri) !== undefined)
    return [];
  const target = { server: server.name, kind: 'resource', name: resource.uri } as const;
  const { decision } = decide(policy.table, caller.principal, target, { uri: resource.uri });
  if (decision.type === 'deny') return [];
  return [endpoint === undefined ? { ...resource, uri: composeUri(server.name, resource.uri) } : resource];
}
