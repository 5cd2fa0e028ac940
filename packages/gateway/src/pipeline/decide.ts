import { type Clause, type Decided, decide as decideByTable, printClause } from '@lockstep/model/internal';
import type { Ruled, Use, Valid } from './exchange.ts';
import { isolationKey } from './isolation.ts';
import { Refusal } from './refusal.ts';

/** Asks the permission table, and ends whatever it denies. */
export function decide(valid: Valid): Ruled {
  const { use, policy, caller, draft } = valid;
  const ruling = decideByTable(policy.table, caller.principal, use.target, use.args);
  draft.decision = ruling.decision.type;
  draft.because = ruling.because;
  if (ruling.clause !== undefined) draft.clause = printClause(ruling.clause);
  if (ruling.decision.type === 'deny')
    throw new Refusal('refused', denial(use.text, ruling), refusalData(use, ruling));
  return Object.assign(valid, { ruling, isolationKey: isolationKey(use.server, valid) });
}

/** One sentence: which clause refused it, and what to do. */
function denial(text: string, { because, clause, decision, error }: Decided): string {
  if (because === 'not locked')
    return `${text} is refused: it is not in the reviewed tool lock; ask a person to lock it.`;
  const from = clause?.from ?? 'the profile';
  if (because === 'condition error') {
    return `${text} is refused: the condition of ${from} could not be evaluated on these arguments (${error ?? 'unknown error'}); call it with arguments of the kind that the condition speaks of.`;
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
