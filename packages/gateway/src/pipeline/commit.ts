import { commitIntent } from '../approvals/consume.ts';
import { waits } from './approval.ts';
import type { GatewayContext } from './context.ts';
import { type Approved, add, type Committed } from './exchange.ts';

/**
 * The point of no return for a mutating or gated call: one transaction uses up its approval and makes its intent
 * durable. Nothing is forwarded before that. Other calls pass without waiting.
 */
export function commit(approved: Approved, context: GatewayContext): Committed | Promise<Committed> {
  const isRead = approved.ruling.class === 'read' && approved.approval === undefined;
  return isRead ? add(approved, { intent: undefined }) : commitMutation(approved, context);
}

async function commitMutation(approved: Approved, context: GatewayContext): Promise<Committed> {
  const { use, approval, record, policy } = approved;
  const intent = record.toIntent(use, policy, context.keys);
  if (approval === undefined) {
    record.intent = await context.store.append(intent, 'durable');
    return add(approved, { intent: record.intent });
  }
  const { approvals: settings } = policy.config.settings;
  const done = await context.store.transact(commitIntent, {
    approval: { ...approval, settings },
    intent,
  });
  if (!done.ok) throw waits(use.text, done.state, context);
  record.intent = done.ref;
  return add(approved, { intent: done.ref });
}
