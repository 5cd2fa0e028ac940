import { type Clause, type Decided, decide as decideByTable, printClause } from '@lockstep/model';
import type { Caller } from '../identity/caller.ts';
import type { Parsed, Ruled, Use, Valid } from './exchange.ts';
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
  return Object.assign(valid, { ruling, isolationKey: isolationKey(use, valid) });
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

/** Whose calls share one process or upstream session, as the server's definition has it. */
function isolationKey(use: Use, { caller, session }: Pick<Parsed, 'caller' | 'session'>): string {
  const { isolation } = use.server.definition;
  if (isolation === 'shared') return 'shared';
  if (isolation === 'session' && session !== undefined) return `session:${session.id}`;
  return principalKey(caller);
}

/** Names a principal in keys of processes and folders. */
export function principalKey({ principal }: Caller): string {
  return `principal:${principal.issuer} ${principal.subject}`;
}
