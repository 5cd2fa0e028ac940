import type { Environment } from '@lockstep/model';
import {
  type AccessClass,
  type PermissionEntry,
  type PermissionTable,
  parseTarget,
  permissionTable,
  roleView,
  summarise,
} from '@lockstep/model/internal';

/** One tool, prompt or resource across environments. */
export interface MatrixRow {
  readonly server: string;
  readonly target: string;
  /** The target without its server. */
  readonly name: string;
  /** By environment; undefined where the target isn't locked there. */
  readonly cells: readonly (MatrixCell | undefined)[];
}

export interface MatrixCell {
  readonly class: AccessClass;
  readonly summary: string;
  /** What can come of it; `depends` where it is more than one thing. */
  readonly decision: 'allow' | 'approve' | 'deny' | 'depends';
  /** Whether a rule has a say, not the profile alone. */
  readonly byRule: boolean;
}

/**
 * The permission tables of several environments side by side, one row per target.
 *
 * @param roles as it looks to a holder of these roles; absent: every clause.
 */
export function permissionMatrix(
  environments: readonly Environment[],
  roles?: readonly string[],
): MatrixRow[] {
  const tables = environments.map(permissionTable);
  const cells = tables.map((table) => cellsOf(table, roles));
  const targets = [...new Set(tables.flatMap((table) => table.entries.map((entry) => entry.target)))].sort();
  return targets.map((target) => {
    const server = parseTarget(target)?.server ?? '';
    return {
      server,
      target,
      name: target.slice(server.length + 1),
      cells: cells.map((byTarget) => byTarget.get(target)),
    };
  });
}

function cellsOf(table: PermissionTable, roles: readonly string[] | undefined): Map<string, MatrixCell> {
  const views = new Map(roles && roleView(table, roles).map(({ target, summary }) => [target, summary]));
  return new Map(
    table.entries.map((entry) => {
      const summary = views.get(entry.target) ?? summarise(entry.clauses);
      return [
        entry.target,
        { class: entry.class, summary, decision: decisionOf(entry, roles), byRule: isByRule(entry) },
      ];
    }),
  );
}

function decisionOf(
  { clauses }: PermissionEntry,
  roles: readonly string[] | undefined,
): MatrixCell['decision'] {
  const types = new Set<'allow' | 'approve' | 'deny'>();
  for (const clause of clauses) {
    if (
      roles !== undefined &&
      clause.roles !== undefined &&
      !clause.roles.some((role) => roles.includes(role))
    )
      continue;
    types.add(clause.decision.type);
    if (
      clause.when === undefined &&
      clause.uri === undefined &&
      (clause.roles === undefined || roles !== undefined)
    )
      break;
  }
  const [only, another] = types;
  return only === undefined || another !== undefined ? 'depends' : only;
}

function isByRule({ clauses }: PermissionEntry): boolean {
  return clauses.some((clause) => clause.from.startsWith('rules.'));
}

/** How many tools of one server an environment decides about in which way. */
export function countDecisions(
  rows: readonly MatrixRow[],
  column: number,
): Record<MatrixCell['decision'], number> {
  const counts = { allow: 0, approve: 0, deny: 0, depends: 0 };
  for (const { cells } of rows) counts[cells[column]?.decision ?? 'deny']++;
  return counts;
}
