import { isRecord, type Target } from '@lockstep/model/internal';
import type { Item, PolicyServer } from '../policy/policy.ts';

/** A request that uses something of a server. */
export interface Use {
  readonly server: PolicyServer;
  readonly target: Target;
  /** The target as rules see it. */
  readonly text: string;
  /** What is locked; absent for a concrete resource, whose content isn't. */
  readonly item: Item | undefined;
  /** What is asked of the server: conditions see it, approvers see it, and it is what is forwarded. */
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The `params` that are forwarded, but for `_meta`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The agent's own word on why. */
  readonly reason: string | undefined;
}

/** What a request that uses a server asks for, read from its parameters; a name is as the endpoint has it. */
export interface Asked {
  readonly kind: Target['kind'];
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The `params` to forward, given the server's own name for it. */
  readonly paramsFor: (name: string, args: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

type ReadServerMethod = (params: Readonly<Record<string, unknown>>) => Asked | string;

/** The methods that use something of a server, and how each is read. A sentence says what doesn't fit. */
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
  // A template's text is no resource: it would be decided on as the template.
  if (/[{}]/.test(uri))
    return '`params.uri` has a brace; fill the template in, and write braces as %7B and %7D.';
  const unsupported = unsupportedField(params, ['uri']);
  if (unsupported !== undefined) return unsupported;
  return { kind: 'resource', name: uri, args: { uri }, paramsFor: (own) => ({ uri: own }) };
}

/** A completion takes its reference's decision. */
function readCompletion(params: Readonly<Record<string, unknown>>): Asked | string {
  const { ref, argument, context } = params;
  const unsupported = unsupportedField(params, ['ref', 'argument', 'context']);
  if (unsupported !== undefined) return unsupported;
  if (!isRecord(ref)) return '`params.ref` is not an object.';
  if (!isRecord(argument) || typeof argument.name !== 'string' || typeof argument.value !== 'string') {
    return '`params.argument` is not a name and a value.';
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
  return '`params.ref` is neither a `ref/prompt` with a name nor a `ref/resource` with a uri.';
}

/** A field that nobody looks at must not reach the server. */
function unsupportedField(
  params: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string | undefined {
  const unsupported = Object.keys(params).find((key) => key !== '_meta' && !known.includes(key));
  return unsupported === undefined
    ? undefined
    : `\`params.${unsupported.slice(0, 60)}\` is not supported by this gateway; leave it out.`;
}
