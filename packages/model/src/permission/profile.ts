import type { AccessClass } from '../access.ts';
import type { Decision } from '../decision.ts';
import type { ProfileName, Settings } from '../environment.ts';
import { sortedSet } from '../order.ts';
import type { Clause } from './clause.ts';

const allow: Decision = { type: 'allow' };
const readOnly: Decision = {
  type: 'deny',
  reason:
    'the dev profile lets agents only read; do this in an environment that permits it, or ask for a rule',
};

/** The clause that ends the list of every target: what the profile says of its access class. */
export function profileClause(profile: ProfileName, accessClass: AccessClass, settings: Settings): Clause {
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
