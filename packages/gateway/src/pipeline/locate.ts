import { printTarget, splitName, type Target } from '@lockstep/model/internal';
import { itemKey } from '../policy/item-key.ts';
import type { Policy } from '../policy/policy.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { oddityOf, splitUri } from '../protocol/resource-uri.ts';
import type { Fleet } from '../upstream/fleet.ts';
import type { Use } from './exchange.ts';
import { Rejected } from './refusal.ts';
import type { Asked } from './uses.ts';

/**
 * Finds what a name on an endpoint stands for. Throws for a name that nobody knows; what a server offers without
 * having been locked is known, and denied later for what it is.
 */
export function locate(
  asked: Pick<Asked, 'kind' | 'name'>,
  endpoint: string | undefined,
  policy: Policy,
  fleet: Pick<Fleet, 'offersUnlocked'>,
): Pick<Use, 'server' | 'target' | 'text' | 'item'> {
  const own = endpoint === undefined ? split(asked) : { server: endpoint, name: asked.name };
  const server = own === undefined ? undefined : policy.servers.get(own.server);
  if (own === undefined || server === undefined) throw unknownName(asked);
  const target: Target = { server: server.name, kind: asked.kind, name: own.name };
  const text = printTarget(target);
  const locked = policy.items.get(text);
  const item = locked?.target.kind === asked.kind ? locked : undefined;
  if (item === undefined && asked.kind === 'resource') demandPlainUri(own.name);
  // A template that isn't locked is no concrete resource, though completions may name one.
  const isConcrete = asked.kind === 'resource' && server.release.resources && !/[{}]/.test(own.name);
  if (item === undefined && !isConcrete && !fleet.offersUnlocked(server.name, itemKey(target))) {
    throw unknownName(asked);
  }
  return { server, target, text, item };
}

/** Records, approvals and sentences name resources by their whole URI. */
const longestUri = 8192;

/** Checked on what the server is sent, not on what the endpoint of all servers calls it. */
function demandPlainUri(uri: string): void {
  if (uri.length > longestUri) throw invalid(`The URI is over ${longestUri} characters; use a shorter one.`);
  const oddity = oddityOf(uri);
  if (oddity !== undefined) throw invalid(`The URI ${oddity}; write it out plainly.`);
}

function split({ kind, name }: Pick<Asked, 'kind' | 'name'>): { server: string; name: string } | undefined {
  if (kind !== 'resource') return splitName(name);
  const parts = splitUri(name);
  return parts === undefined ? undefined : { server: parts.server, name: parts.uri };
}

function unknownName({ kind, name }: Pick<Asked, 'kind' | 'name'>): Rejected {
  return invalid(`There is no ${kind} ${JSON.stringify(name.slice(0, 200))} here; see the list of ${kind}s.`);
}

/** Ends a request whose parameters make no sense. */
export function invalid(message: string): Rejected {
  return new Rejected(200, { code: errorCode.invalidParams, message });
}
