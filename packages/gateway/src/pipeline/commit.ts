import type { RecordRef } from '@lockstep/model/record';
import { waits } from './approval.ts';
import type { Context } from './context.ts';
import type { Approved } from './exchange.ts';
import { complete, describeArguments } from './record.ts';

export interface Committed extends Approved {
  /** The durable record of what is about to be forwarded; absent for reads. */
  readonly intent: RecordRef | undefined;
}

/**
 * The point of no return for a mutating or gated call: in one transaction its approval is used up and its intent
 * is durable. Only then is anything forwarded. Nothing else waits here.
 */
export function commit(approved: Approved, context: Context): Committed | Promise<Committed> {
  const isRead = approved.ruling.class === 'read' && approved.approval === undefined;
  return isRead ? Object.assign(approved, { intent: undefined }) : commitIntent(approved, context);
}

async function commitIntent(approved: Approved, context: Context): Promise<Committed> {
  const { use, approval, draft, story } = approved;
  Object.assign(draft, describeArguments(use, approved.policy, context.keys));
  const intent = complete({ ...draft }, 'intent');
  if (approval === undefined) {
    story.intent = await context.store.append(intent, 'durable');
    return Object.assign(approved, { intent: story.intent });
  }
  const windows = approved.policy.config.settings.approvals;
  const done = await context.store.transact('commitIntent', { approval: { ...approval, windows }, intent });
  if (done.ok) {
    story.intent = done.ref;
    return Object.assign(approved, { intent: done.ref });
  }
  throw waits(use.text, done.state, context);
}
