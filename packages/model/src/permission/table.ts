import type { AccessClass } from '../access-class.ts';
import type { Decision } from '../decision.ts';
import type { Environment, ProfileName, Rule, Settings } from '../environment/environment.ts';
import { globsAfter, matchesGlob } from '../glob.ts';
import { compareText, sortedSet } from '../order.ts';
import { type Clause, isUnconditional, type PermissionEntry, type PermissionTable } from './clause.ts';
import { type LockedTarget, targetsOf } from './targets.ts';

/**
 * Everything that an environment permits: the clauses that can apply to each locked tool, prompt and resource
 * template, and to the concrete resources of each server. The profile's clause comes last.
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

const allow: Decision = { type: 'allow' };

const readOnly: Decision = {
  type: 'deny',
  reason:
    'the dev profile lets agents only read; do this in an environment that permits it, or ask for a rule',
};

/** The last clause of every target: what the profile decides for its access class. */
function profileClause(profile: ProfileName, accessClass: AccessClass, settings: Settings): Clause {
  const approve = (quorum: number): Decision => ({
    type: 'approve',
    quorum,
    approvers: sortedSet(settings.approvals.approvers),
    expiry: settings.approvals.expiry,
  });
  const decisions: Record<ProfileName, Record<AccessClass, Decision>> = {
    dev: { read: allow, write: readOnly, destructive: readOnly },
    staging: { read: allow, write: allow, destructive: approve(1) },
    prod: { read: allow, write: approve(1), destructive: approve(2) },
  };
  return { from: `profile.${profile}`, decision: decisions[profile][accessClass] };
}
