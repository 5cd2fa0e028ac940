import type { ApproveDecision, Clause } from '@lockstep/model/internal';
import { checkApproval } from '../approvals/check.ts';
import type { ApprovalState, NotAsked } from '../approvals/row.ts';
import { approvalSentence } from '../approvals/sentences.ts';
import { resumeName } from '../lists/gateway-additions.ts';
import type { GatewayContext } from './context.ts';
import { type Approved, add, type Ruled } from './exchange.ts';
import { ToolRefusal } from './refusal.ts';
import { verifyLive } from './refuse-quarantined.ts';
import { refuseUnseenHeaders } from './validate.ts';

/**
 * Lets a gated call pass only if humans have approved exactly this call. Otherwise it opens an approval, or says how
 * the open one stands. Calls that aren't gated pass without waiting.
 */
export function checkGate(ruled: Ruled, context: GatewayContext): Approved | Promise<Approved> {
  const { decision, clause, class: accessClass } = ruled.ruling;
  const isGated = decision.type === 'approve' && clause !== undefined;
  // A plain read may bring headers that its schema doesn't declare. No other call may, since nobody sees them.
  if (isGated || accessClass !== 'read') refuseUnseenHeaders(ruled);
  return isGated ? demandApproval(ruled, decision, clause, context) : add(ruled, { approval: undefined });
}

/** Reads the server's definitions again first, so that the call reaches exactly what was approved. */
async function demandApproval(
  ruled: Ruled,
  decision: ApproveDecision,
  clause: Clause,
  context: GatewayContext,
): Promise<Approved> {
  const { use, ruling, record, policy } = ruled;
  await verifyLive(ruled, context);
  const checked = await checkApproval(context.store, context.keys, {
    environment: policy.config.environment,
    source: use.server.source,
    method: use.method,
    target: use.target,
    class: ruling.class ?? 'destructive',
    locked: use.item ?? null,
    clause,
    decision,
    args: use.args,
    principal: ruled.caller.principal,
    client: record.client,
    reason: use.reason,
    endpoint: ruled.endpoint,
    settings: policy.config.settings.approvals,
    record: record.soFar(use, policy, context.keys),
  });
  if (checked.state !== 'approved') throw waits(use.text, checked, context);
  record.approvedBy(checked.id);
  return add(ruled, { approval: { id: checked.id, binding: checked.binding } });
}

/** The refusal of a call that its approval doesn't let through now. */
export function waits(target: string, state: ApprovalState | NotAsked, context: GatewayContext): ToolRefusal {
  const url = 'id' in state ? `${context.publicUrl()}/approvals/${state.id}` : context.publicUrl();
  // The binding opens nothing, but it is nobody's business either.
  const { binding: _kept, ...told } = { binding: undefined, ...state };
  const sentence = approvalSentence(state, { url, resumeTool: resumeName });
  const waiting = state.state === 'pending' || state.state === 'approved';
  return new ToolRefusal(waiting ? 'waiting' : 'refused', sentence, {
    target,
    decision: 'approve',
    approval: { ...told, url },
  });
}
