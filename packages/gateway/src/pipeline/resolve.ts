import { isRecord } from '@lockstep/model/internal';
import { reasonArgument } from '../lists/additions.ts';
import { resumeName } from '../lists/resume-tool.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { refuseQuarantined } from './approval.ts';
import type { Context } from './context.ts';
import type { Parsed, Resolved, Use } from './exchange.ts';
import { invalid, locate } from './locate.ts';
import { demandId } from './own.ts';
import { Rejected, reasonMetaKey } from './refusal.ts';
import { readResume } from './resume.ts';
import { type Asked, uses } from './uses.ts';

/** Finds what a request wants to use: the server and the locked item, or why there is no such thing. */
export function resolve(parsed: Parsed, context: Context): Resolved | Promise<Resolved> {
  const { message } = parsed;
  const read = Object.hasOwn(uses, message.method) ? uses[message.method] : undefined;
  if (read === undefined)
    throw new Rejected(parsed.era === 'modern' ? 404 : 200, {
      code: errorCode.methodNotFound,
      message: `The method ${JSON.stringify(message.method.slice(0, 100))} is not served.`,
    });
  parsed.story.known = true;
  demandId(message);
  const asked = read(message.params);
  if (typeof asked === 'string') throw invalid(asked);
  return asked.kind === 'tool' && asked.name === resumeName
    ? readResume(asked.args, parsed, context).then((use) => resolvedTo(use, parsed, context))
    : resolvedTo(findUse(asked, parsed, context), parsed, context);
}

function resolvedTo(use: Use, parsed: Parsed, context: Context): Resolved {
  const { draft, story } = parsed;
  story.use = use;
  draft.server = use.server.name;
  draft.source = use.server.source;
  draft.target = use.text;
  if (use.item !== undefined) draft.toolDigest = use.item.digest;
  if (use.reason !== undefined) draft.reason = use.reason;
  refuseQuarantined(use, context.fleet);
  return Object.assign(parsed, { use });
}

function findUse(asked: Asked, parsed: Parsed, { fleet }: Context): Use {
  const found = locate(asked, parsed.endpoint, parsed.policy, fleet);
  const { args: given, reason } = takeReason(asked, parsed);
  // Conditions, approvers and records see what the server is asked for, whichever endpoint it came to.
  const args = asked.kind === 'resource' && 'uri' in given ? { ...given, uri: found.target.name } : given;
  return {
    ...found,
    method: parsed.message.method,
    args,
    params: asked.paramsFor(found.target.name, args),
    reason,
  };
}

/** The reason comes in `_meta`, or in the argument that lists add to gated tools; it is never forwarded. */
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
