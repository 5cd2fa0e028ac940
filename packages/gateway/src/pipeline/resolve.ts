import { isRecord, printTarget, splitName, type Target } from '@lockstep/model/internal';
import { loadForResume } from '../approvals/resume.ts';
import { reasonArgument, resumeName } from '../lists/gateway-additions.ts';
import { itemKey, type Policy } from '../policy/policy.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { oddityOf, splitUri } from '../protocol/resource-uri.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import { waits } from './approval.ts';
import type { GatewayContext } from './context.ts';
import { add, type Parsed, type Resolved } from './exchange.ts';
import { demandId } from './gateway-methods.ts';
import { HttpRejection, reasonMetaKey } from './refusal.ts';
import { refuseQuarantined } from './refuse-quarantined.ts';
import { type Asked, serverMethods, type Use } from './server-methods.ts';

/** Finds what a request wants to use: the server and the locked item. Throws if there is no such thing. */
export function resolve(parsed: Parsed, context: GatewayContext): Resolved | Promise<Resolved> {
  const { message } = parsed;
  const read = Object.hasOwn(serverMethods, message.method) ? serverMethods[message.method] : undefined;
  if (read === undefined)
    throw new HttpRejection(parsed.era === 'modern' ? 404 : 200, {
      code: errorCode.methodNotFound,
      message: `The method ${JSON.stringify(message.method.slice(0, 100))} is not served.`,
    });
  parsed.record.isServed = true;
  demandId(message);
  const asked = read(message.params);
  if (typeof asked === 'string') throw invalid(asked);
  return asked.kind === 'tool' && asked.name === resumeName
    ? readResume(asked.args, parsed, context).then((use) => resolvedTo(use, parsed, context))
    : resolvedTo(findUse(asked, parsed, context), parsed, context);
}

function resolvedTo(use: Use, parsed: Parsed, context: GatewayContext): Resolved {
  parsed.record.uses(use);
  refuseQuarantined(use, context.upstreams);
  return add(parsed, { use });
}

function findUse(asked: Asked, parsed: Parsed, { upstreams }: GatewayContext): Use {
  const found = locate(asked, parsed.endpoint, parsed.policy, upstreams);
  const { args: given, reason } = takeReason(asked, parsed);
  // Conditions, approvers and records see the server's own URI, whichever endpoint the request came to.
  const args = asked.kind === 'resource' && 'uri' in given ? { ...given, uri: found.target.name } : given;
  return {
    ...found,
    method: parsed.message.method,
    args,
    params: asked.paramsFor(found.target.name, args),
    reason,
  };
}

/** Takes the reason from `_meta`, or from the argument that lists add to gated tools. It is never forwarded. */
function takeReason(
  asked: Asked,
  parsed: Parsed,
): { args: Readonly<Record<string, unknown>>; reason: string | undefined } {
  const meta = parsed.message.params._meta;
  const fromMeta = isRecord(meta) ? meta[reasonMetaKey] : undefined;
  if (asked.kind !== 'tool' || asked.args[reasonArgument] === undefined)
    return { args: asked.args, reason: readReason(fromMeta) };
  const { [reasonArgument]: fromArgument, ...rest } = asked.args;
  return { args: rest, reason: readReason(fromMeta) ?? readReason(fromArgument) };
}

function readReason(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given.slice(0, 2000) : undefined;
}

/**
 * Finds what a name on an endpoint stands for. Throws for a name that nobody knows. A name that a server offers without
 * a lock is known, and is denied later with that reason.
 */
function locate(
  asked: Pick<Asked, 'kind' | 'name'>,
  endpoint: string | undefined,
  policy: Policy,
  upstreams: Pick<Upstreams, 'offersUnlocked'>,
): Pick<Use, 'server' | 'target' | 'text' | 'item'> {
  const own = endpoint === undefined ? split(asked) : { server: endpoint, name: asked.name };
  const server = own === undefined ? undefined : policy.servers.get(own.server);
  if (own === undefined || server === undefined) throw unknownName(asked);
  const target: Target = { server: server.name, kind: asked.kind, name: own.name };
  const text = printTarget(target);
  const locked = policy.items.get(text);
  const item = locked?.target.kind === asked.kind ? locked : undefined;
  if (item === undefined && asked.kind === 'resource') demandPlainUri(own.name);
  // A template that isn't locked isn't a concrete resource either, though completions may name one.
  const isConcrete = asked.kind === 'resource' && server.release.resources && !/[{}]/.test(own.name);
  if (item === undefined && !isConcrete && !upstreams.offersUnlocked(server.name, itemKey(target))) {
    throw unknownName(asked);
  }
  return { server, target, text, item };
}

/** Longest URI, in characters: records, approvals and sentences quote it whole. */
const maxUri = 8192;

/** Checks the URI that the server gets, not its name on the endpoint of all servers. */
function demandPlainUri(uri: string): void {
  if (uri.length > maxUri) throw invalid(`The URI is over ${maxUri} characters; use a shorter one.`);
  const oddity = oddityOf(uri);
  if (oddity !== undefined) throw invalid(`The URI ${oddity}; write it in its normal form.`);
}

function split({ kind, name }: Pick<Asked, 'kind' | 'name'>): { server: string; name: string } | undefined {
  if (kind !== 'resource') return splitName(name);
  const parts = splitUri(name);
  return parts === undefined ? undefined : { server: parts.server, name: parts.uri };
}

function unknownName({ kind, name }: Pick<Asked, 'kind' | 'name'>): HttpRejection {
  return invalid(`There is no ${kind} ${JSON.stringify(name.slice(0, 200))} here; see the list of ${kind}s.`);
}

/** The rejection of a request with invalid parameters. */
function invalid(message: string): HttpRejection {
  return new HttpRejection(200, { code: errorCode.invalidParams, message });
}

/** Reads a call of {@link resumeName} as the call that waited, which then goes on like any other. */
async function readResume(
  args: Readonly<Record<string, unknown>>,
  parsed: Parsed,
  context: GatewayContext,
): Promise<Use> {
  if (typeof args.approval !== 'string' || Object.keys(args).length !== 1) {
    throw new HttpRejection(200, {
      code: errorCode.invalidParams,
      message: `${resumeName} takes one argument, \`approval\`: the id of an approval.`,
    });
  }
  const settings = parsed.policy.config.settings.approvals;
  const found = await loadForResume(
    context.store,
    context.keys,
    args.approval,
    parsed.caller.principal,
    settings,
  );
  if ('unknown' in found)
    throw new HttpRejection(200, { code: errorCode.invalidParams, message: found.unknown });
  if ('closed' in found) {
    parsed.record.approvedBy(found.closed.id);
    throw waits(found.closed.target, found.closed, context);
  }
  const { call } = found;
  if (call.kind !== 'tool') {
    throw new HttpRejection(200, {
      code: errorCode.invalidParams,
      message: `The approval ${args.approval.slice(0, 60)} is for the ${call.kind} ${JSON.stringify(call.name.slice(0, 200))}, which no tool can carry out; repeat the same request once it is approved.`,
    });
  }
  return {
    ...locate({ kind: 'tool', name: call.name }, call.server, parsed.policy, context.upstreams),
    method: 'tools/call',
    args: call.args,
    params: { name: call.name, arguments: call.args },
    reason: call.reason,
  };
}
