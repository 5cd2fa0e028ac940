import { type Decision, defaultExpiry } from '../decision.ts';
import { visible } from '../visible.ts';
import type { Clause } from './clause.ts';

/**
 * Clauses in words for people, without reasons and names of rules.
 *
 * @example
 * 'allow for ops when pathUnder(args.path, "public"), else approve by 2 of security'
 */
export function summarise(clauses: readonly Clause[]): string {
  return clauses.map(summariseClause).join(', else ');
}

function summariseClause({ roles, uri, when, decision }: Clause): string {
  const parts = [
    summariseDecision(decision),
    roles && `for ${roles.join('|')}`,
    uri !== undefined && `at ${visible(uri)}`,
    when !== undefined && `when ${visible(when)}`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** `allow`, `deny`, or who must approve; the expiry is shown only if it isn't the usual day. */
function summariseDecision(decision: Decision): string {
  if (decision.type !== 'approve') return decision.type;
  const { quorum, approvers, expiry } = decision;
  const within = expiry === defaultExpiry ? '' : ` within ${expiry}s`;
  return `approve by ${quorum} of ${approvers.join('|')}${within}`;
}

/**
 * The clauses without those that change nothing because the next clause decides the same. Clauses with conditions
 * stay, because a condition that errs denies.
 */
export function essential(clauses: readonly Clause[]): Clause[] {
  const kept = [...clauses];
  for (;;) {
    const [redundant, last] = kept.slice(-2);
    if (!redundant || !last || redundant.when !== undefined || !sameEffect(redundant, last)) return kept;
    kept.splice(-2, 1);
  }
}

function sameEffect(a: Clause, b: Clause): boolean {
  return summariseDecision(a.decision) === summariseDecision(b.decision);
}
