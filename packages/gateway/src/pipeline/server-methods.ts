import { isRecord, type Target } from '@lockstep/model/internal';
import type { Item, PolicyServer } from '../policy/policy.ts';

/** A request that uses something of a server. */
export interface Use {
  readonly server: PolicyServer;
  readonly target: Target;
  /** The target, as rules name it. */
  readonly text: string;
  /** The locked item; absent for a concrete resource, whose content isn't locked. */
  readonly item: Item | undefined;
  /** The method for the server. Conditions and approvers see it, and it is forwarded. */
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The `params` for the server, without `_meta`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Why the agent calls, in its own words. */
  readonly reason: string | undefined;
}

/** What a request asks of a server, read from its parameters; the name is the one on the endpoint. */
export interface Asked {
  readonly kind: Target['kind'];
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The `params` to forward, given the server's own name for the item. */
  readonly paramsFor: (name: string, args: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

type ReadServerMethod = (params: Readonly<Record<string, unknown>>) => Asked | string;

/** The methods that use something of a server, each with its reader, which returns a sentence if something is wrong. */
export const serverMethods: Readonly<Record<string, ReadServerMethod>> = {
  'tools/call': (params) =>
    readNamed(params, 'tool', (args) => (isRecord(args) ? args : '`params.arguments` is not an object.')),
  'prompts/get': (params) =>
    readNamed(params, 'prompt', (args) => (isRecord(args) ? args : '`params.arguments` is not an object.')),
  'resources/read': readResource,
  'completion/complete': readCompletion,
};

function readNamed(
  params: Readonly<Record<string, unknown>>,
  kind: 'tool' | 'prompt',
  readArguments: (value: unknown) => Record<string, unknown> | string,
): Asked | string {
  const { name, arguments: given = {} } = params;
  if (typeof name !== 'string') return '`params.name` is not a string.';
  const unsupported = unsupportedField(params, ['name', 'arguments']);
  if (unsupported !== undefined) return unsupported;
  const args = readArguments(given);
  if (typeof args === 'string') return args;
  return { kind, name, args, paramsFor: (own, final) => ({ name: own, arguments: final }) };
}

function readResource(params: Readonly<Record<string, unknown>>): Asked | string {
  const { uri } = params;
  if (typeof uri !== 'string' || uri === '') return '`params.uri` is not a string.';
  // A template isn't a resource: it would be decided on as the template.
  if (/[{}]/.test(uri))
    return '`params.uri` has a brace; fill in the template, and write braces as %7B and %7D.';
  const unsupported = unsupportedField(params, ['uri']);
  if (unsupported !== undefined) return unsupported;
  return { kind: 'resource', name: uri, args: { uri }, paramsFor: (own) => ({ uri: own }) };
}

/** A completion gets the decision of its reference. */
function readCompletion(params: Readonly<Record<string, unknown>>): Asked | string {
  const { ref, argument, context } = params;
  const unsupported = unsupportedField(params, ['ref', 'argument', 'context']);
  if (unsupported !== undefined) return unsupported;
  if (!isRecord(ref)) return '`params.ref` is not an object.';
  if (!isRecord(argument) || typeof argument.name !== 'string' || typeof argument.value !== 'string') {
    return '`params.argument` must be an object with a name and a value.';
  }
  const args = { argument, ...(context !== undefined && { context }) };
  if (ref.type === 'ref/prompt' && typeof ref.name === 'string') {
    return {
      kind: 'prompt',
      name: ref.name,
      args,
      paramsFor: (own, final) => ({ ref: { type: 'ref/prompt', name: own }, ...final }),
    };
  }
  if (ref.type === 'ref/resource' && typeof ref.uri === 'string') {
    return {
      kind: 'resource',
      name: ref.uri,
      args,
      paramsFor: (own, final) => ({ ref: { type: 'ref/resource', uri: own }, ...final }),
    };
  }
  return '`params.ref` must be a `ref/prompt` with a name or a `ref/resource` with a uri.';
}

/** Refuses a field that no stage checks, because it must not reach the server. */
function unsupportedField(
  params: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string | undefined {
  const unsupported = Object.keys(params).find((key) => key !== '_meta' && !known.includes(key));
  return unsupported === undefined
    ? undefined
    : `\`params.${unsupported.slice(0, 60)}\` is not supported by this gateway; leave it out.`;
}
