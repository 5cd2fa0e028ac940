import type { AccessClass } from '../access-class.ts';
import { type Clause, isUnconditional, type PermissionTable } from './clause.ts';
import { essential, summarise } from './summary.ts';

/** What holders of some roles may do with one target. */
interface RoleViewLine {
  readonly target: string;
  readonly class: AccessClass;
  /** As {@link summarise} prints it, without roles. */
  readonly summary: string;
}

/** The table as a principal with these roles sees it: for display, never for deciding. */
export function roleView(table: PermissionTable, roles: readonly string[]): RoleViewLine[] {
  return table.entries.map((entry) => ({
    target: entry.target,
    class: entry.class,
    summary: summarise(essential(clausesFor(entry.clauses, roles))),
  }));
}

/** The clauses that a principal with these roles comes upon, in order and without roles; the last one decides in any case. */
export function clausesFor(clauses: readonly Clause[], roles: readonly string[]): Clause[] {
  const concerned = clauses
    .filter((clause) => clause.roles === undefined || clause.roles.some((role) => roles.includes(role)))
    .map(({ roles: _, ...rest }): Clause => rest);
  return concerned.slice(0, concerned.findIndex(isUnconditional) + 1);
}
