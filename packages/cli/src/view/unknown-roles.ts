import type { Environment } from '@lockstep/model';
import { type PermissionTable, permissionTable, privilegedRoles, visible } from '@lockstep/model/internal';

/**
 * What to tell a person about roles that no environment speaks of, which are often typing errors; undefined where there
 * are none. People may hold such roles all the same, so nothing is refused.
 */
export function noteUnknownRoles(
  environments: readonly Environment[],
  roles: readonly string[],
): string | undefined {
  const tables = environments.map(permissionTable);
  const known = new Set([
    ...privilegedRoles,
    ...environments.flatMap(settingsRoles),
    ...tables.flatMap(rolesIn),
  ]);
  // A condition may compare `principal.roles` with a name.
  const conditions = tables.flatMap(clausesIn).map(({ when = '' }) => when);
  const unknown = roles.filter((role) => !known.has(role) && !conditions.some((when) => when.includes(role)));
  if (unknown.length === 0) return undefined;
  const where = environments.map(({ name }) => name).join(', ');
  return `Nothing in ${where} names the role${unknown.length === 1 ? '' : 's'} ${visible(unknown.join(', '))}; known are ${[...known].toSorted().join(', ')}.`;
}

function settingsRoles({ settings }: Environment): readonly string[] {
  return [...settings.local.roles, ...settings.approvals.approvers];
}

function rolesIn(table: PermissionTable): readonly string[] {
  return clausesIn(table).flatMap(({ roles = [], decision }) => [
    ...roles,
    ...(decision.type === 'approve' ? decision.approvers : []),
  ]);
}

function clausesIn({ entries }: PermissionTable) {
  return entries.flatMap(({ clauses }) => clauses);
}
