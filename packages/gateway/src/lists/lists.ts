import { composeName, possibleDecisions } from '@lockstep/model/internal';
import type { Caller } from '../identity/sign-in.ts';
import { type Item, type ItemList, itemKey, listOf, type Policy } from '../policy/policy.ts';
import { composeUri } from '../protocol/resource-uri.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import { markGated, resumeDefinition } from './gateway-additions.ts';

/** The lists that come from the lock alone; concrete resources come from the servers. */
export type ListKind = ItemList;

/** What one caller may use at one endpoint. */
export interface Lists {
  /** Locked definitions with the gateway's marks, sorted. The array is cached: don't change it. */
  list(kind: ListKind, policy: Policy, caller: Caller, endpoint: string | undefined): readonly object[];
}

type ListedUpstreams = Pick<Upstreams, 'quarantine' | 'isAbsent'>;

/**
 * Makes lists and caches them until the bundle, the quarantine or the servers that run here change, since the tools
 * that a principal may use depend on nothing else.
 */
export function createLists(upstreams: ListedUpstreams): Lists {
  const kept = new WeakMap<Policy, Map<string, { leftOut: string; items: readonly object[] }>>();
  return {
    list(kind, policy, caller, endpoint) {
      const perPolicy = kept.get(policy) ?? new Map();
      if (!kept.has(policy)) kept.set(policy, perPolicy);
      if (perPolicy.size > 1000) perPolicy.clear();
      const key = JSON.stringify([kind, endpoint ?? null, caller.principal]);
      const leftOut = leftOutKey(upstreams, policy, endpoint);
      const hit = perPolicy.get(key);
      if (hit?.leftOut === leftOut) return hit.items;
      const items = makeList(kind, policy, caller, endpoint, upstreams);
      perPolicy.set(key, { leftOut, items });
      return items;
    },
  };
}

function leftOutKey(upstreams: ListedUpstreams, policy: Policy, endpoint: string | undefined): string {
  const servers = endpoint === undefined ? [...policy.servers.keys()] : [endpoint];
  return servers
    .flatMap((server) =>
      upstreams.isAbsent(server)
        ? server
        : [...upstreams.quarantine(server).keys()].map((item) => `${server}/${item}`),
    )
    .join('\n');
}

function makeList(
  kind: ListKind,
  policy: Policy,
  caller: Caller,
  endpoint: string | undefined,
  upstreams: ListedUpstreams,
): readonly object[] {
  let gated = false;
  const list: object[] = [];
  for (const item of policy.items.values()) {
    const { server } = item.target;
    if (listOf[item.target.kind] !== kind || (endpoint !== undefined && server !== endpoint)) continue;
    if (upstreams.isAbsent(server)) continue;
    const possible = possibleDecisions(policy.table, caller.principal, item.target);
    if (!possible.some((decision) => decision !== 'deny')) continue;
    if (upstreams.quarantine(server).has(itemKey(item.target))) continue;
    const approve = possible.includes('approve');
    gated ||= approve;
    const named = endpoint === undefined ? rename(item) : item.definition;
    list.push(approve && kind === 'tools' ? markGated(named) : named);
  }
  if (gated && kind === 'tools') list.push(resumeDefinition);
  return list;
}

function rename({ target, definition }: Item): Record<string, unknown> {
  if (target.kind === 'resource')
    return { ...definition, uriTemplate: composeUri(target.server, target.name) };
  return { ...definition, name: composeName(target.server, target.name) };
}
