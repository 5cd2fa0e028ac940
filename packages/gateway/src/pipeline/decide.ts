import { type Clause, type Decided, decide as decideByTable, printClause } from '@lockstep/model/internal';
import { isolationKey } from '../client/client-sessions.ts';
import { add, type Ruled, type Valid } from './exchange.ts';
import { ToolRefusal } from './refusal.ts';
import type { Use } from './server-methods.ts';

/** Asks the permission table, and ends the requests that it denies. */
export function decide(valid: Valid): Ruled {
  const { use, policy, caller, record } = valid;
  const ruling = decideByTable(policy.table, caller.principal, use.target, use.args);
  record.decided(ruling);
  if (ruling.decision.type === 'deny')
    throw new ToolRefusal('refused', denial(use.text, ruling), refusalData(use, ruling));
  return add(valid, { ruling, isolationKey: isolationKey(use.server, valid) });
}

/** One sentence: which clause denies the call, and what to do. */
function denial(text: string, { because, clause, decision, error }: Decided): string {
  if (because === 'not locked')
    return `${text} is refused: it is not in the reviewed tool lock; ask a person to lock it.`;
  const from = clause?.from ?? 'the profile';
  if (because === 'condition error') {
    return `${text} is refused: the condition of ${from} could not be evaluated on these arguments (${error ?? 'unknown error'}); call it with the arguments that the condition expects.`;
  }
  const reason = decision.type === 'deny' ? decision.reason : '';
  return `${text} is refused by ${from}: ${reason}`;
}

function refusalData(use: Use, { because, clause }: Decided): Record<string, unknown> {
  return {
    target: use.text,
    decision: 'deny',
    because,
    ...(clause !== undefined && { clause: printClause(clause satisfies Clause) }),
  };
}
