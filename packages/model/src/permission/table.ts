import type { Decision } from '../decision.ts';
import type { Rule, Settings } from '../environment.ts';
import type { Environment } from '../environments.ts';
import { globsAfter, matchesGlob } from '../glob.ts';
import { compareText, sortedSet } from '../order.ts';
import type { Clause, PermissionEntry, PermissionTable } from './clause.ts';
import { profileClause } from './profile.ts';
import { type LockedTarget, targetsOf } from './targets.ts';

/**
 * Everything that an environment permits: for each locked tool, prompt and resource template, and for the
 * concrete resources of each server, the clauses that can apply, the profile's last.
 */
export function permissionTable(environment: Environment): PermissionTable {
  const entries = Object.entries(environment.releases).flatMap(([server, { release }]) =>
    targetsOf(server, release).map((target) => entryOf(target, environment)),
  );
  return {
    environment: environment.name,
    entries: entries.toSorted((a, b) => compareText(a.target, b.target)),
  };
}

function entryOf(target: LockedTarget, { profile, rules, settings }: Environment): PermissionEntry {
  const clauses = [
    ...rules.flatMap((rule) => clausesOf(rule, target, settings)),
    profileClause(profile, target.class, settings),
  ];
  const last = clauses.findIndex(isUnconditional);
  return { target: target.text, class: target.class, clauses: clauses.slice(0, last + 1) };
}

/** Whether nothing behind the clause can ever be reached. */
export function isUnconditional(clause: Clause): boolean {
  return clause.roles === undefined && clause.when === undefined && clause.uri === undefined;
}

function clausesOf(rule: Rule, target: LockedTarget, settings: Settings): Clause[] {
  const clause: Clause = {
    from: `rules.${rule.name}`,
    ...(rule.roles && { roles: sortedSet(rule.roles) }),
    ...(rule.when !== undefined && { when: rule.when }),
    decision: decisionOf(rule, settings),
  };
  const { before } = target;
  if (before === undefined) return matchesGlob(rule.tools, target.text) ? [clause] : [];
  const uris = sortedSet(rule.tools.flatMap((glob) => globsAfter(glob, before)));
  if (uris.includes('*')) return [clause];
  return uris.map((uri) => ({ ...clause, uri }));
}

function decisionOf({ decision }: Rule, { approvals }: Settings): Decision {
  if (decision === 'allow') return { type: 'allow' };
  if ('deny' in decision) return { type: 'deny', reason: decision.deny };
  const { quorum, approvers, expiry } = decision.approve;
  return {
    type: 'approve',
    quorum,
    approvers: sortedSet(approvers ?? approvals.approvers),
    expiry: expiry ?? approvals.expiry,
  };
}
