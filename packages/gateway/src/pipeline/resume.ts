import { loadForResume } from '../approvals/resume.ts';
import { resumeName } from '../lists/resume-tool.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { waits } from './approval.ts';
import type { Context } from './context.ts';
import type { Parsed, Use } from './exchange.ts';
import { locate } from './locate.ts';
import { Rejected } from './refusal.ts';

/** Reads a call of {@link resumeName} as the call that waited; from there on it is like any other. */
export async function readResume(
  args: Readonly<Record<string, unknown>>,
  parsed: Parsed,
  context: Context,
): Promise<Use> {
  if (typeof args.approval !== 'string' || Object.keys(args).length !== 1) {
    throw new Rejected(200, {
      code: errorCode.invalidParams,
      message: `${resumeName} takes one argument, \`approval\`: the id of an approval.`,
    });
  }
  const windows = parsed.policy.config.settings.approvals;
  const found = await loadForResume(
    context.store,
    context.keys,
    args.approval,
    parsed.caller.principal,
    windows,
  );
  if ('unknown' in found) throw new Rejected(200, { code: errorCode.invalidParams, message: found.unknown });
  if ('closed' in found) {
    parsed.draft.approval = found.closed.id;
    throw waits(found.closed.target, found.closed, context);
  }
  const { call } = found;
  if (call.kind !== 'tool') {
    throw new Rejected(200, {
      code: errorCode.invalidParams,
      message: `The approval ${args.approval.slice(0, 60)} is for the ${call.kind} ${JSON.stringify(call.name.slice(0, 200))}, which no tool carries out; make the very same request again once it is approved.`,
    });
  }
  return {
    ...locate({ kind: 'tool', name: call.name }, call.server, parsed.policy, context.fleet),
    method: 'tools/call',
    args: call.args,
    params: { name: call.name, arguments: call.args },
    reason: call.reason,
  };
}
