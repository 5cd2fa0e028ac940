import { decide, isRecord } from '@lockstep/model/internal';
import type { Context } from '../pipeline/context.ts';
import type { Parsed } from '../pipeline/exchange.ts';
import { isolationKey } from '../pipeline/isolation.ts';
import { withoutOwnMeta } from '../pipeline/own-meta.ts';
import type { PolicyServer } from '../policy/policy.ts';
import { composeUri, oddityOf } from '../protocol/resource-uri.ts';
import { abortSignalOf } from '../upstream/call-signal.ts';

/** Most pages that are read from one server. */
const mostPages = 100;
/** Most resources that are taken from one server. */
const mostResources = 10_000;

/**
 * Asks the servers for their concrete resources and keeps what the caller may read. A server that doesn't answer
 * within its deadline is left out, so that it delays nobody.
 */
export async function listResources(parsed: Parsed, context: Context): Promise<object[]> {
  const { policy, endpoint } = parsed;
  const servers = [...policy.servers.values()].filter(
    ({ name, release }) => release.resources && (endpoint === undefined || name === endpoint),
  );
  const lists = await Promise.all(servers.map((server) => listOne(server, parsed, context)));
  return lists.flat();
}

async function listOne(server: PolicyServer, parsed: Parsed, context: Context): Promise<object[]> {
  try {
    const raw = await readPages(server, parsed, context);
    return raw.flatMap((resource) => shown(resource, server, parsed));
  } catch (error) {
    context.log.warn({ server: server.name, error: String(error) }, 'left out of a resource list: no answer');
    return [];
  }
}

async function readPages(server: PolicyServer, parsed: Parsed, { fleet }: Context): Promise<unknown[]> {
  const timeout = server.definition.timeouts.list;
  const signal = AbortSignal.any([abortSignalOf(parsed.signal), AbortSignal.timeout(timeout * 1000)]);
  const key = isolationKey(server, parsed);
  const found: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < mostPages; page++) {
    const params = typeof cursor === 'string' ? { cursor } : {};
    const answer = await fleet.request(
      server.name,
      key,
      { method: 'resources/list', params },
      { signal, timeout },
    );
    if ('error' in answer) throw new Error(answer.error.message);
    if (Array.isArray(answer.result.resources)) found.push(...withoutOwnMeta(answer.result.resources));
    if (found.length > mostResources) throw new Error(`more than ${mostResources} resources`);
    cursor = answer.result.nextCursor;
    if (typeof cursor !== 'string') break;
  }
  return found;
}

function shown(resource: unknown, server: PolicyServer, { policy, caller, endpoint }: Parsed): object[] {
  if (!isRecord(resource) || typeof resource.uri !== 'string' || oddityOf(resource.uri) !== undefined)
    return [];
  const target = { server: server.name, kind: 'resource', name: resource.uri } as const;
  const { decision } = decide(policy.table, caller.principal, target, { uri: resource.uri });
  if (decision.type === 'deny') return [];
  return [endpoint === undefined ? { ...resource, uri: composeUri(server.name, resource.uri) } : resource];
}
