import type { AccessClass } from '../access-class.ts';
import { canonicalJson } from '../canonical.ts';
import { sortedSet } from '../order.ts';
import { visible } from '../visible.ts';
import type { Clause, PermissionEntry, PermissionTable } from './clause.ts';
import { essential, summarise } from './summary.ts';

/** What a table decides on one target, without clauses that have no effect. */
export interface TableState {
  readonly class: AccessClass;
  readonly clauses: readonly Clause[];
  /** The clauses in words for people. */
  readonly summary: string;
}

/** A target whose permission differs between two tables. */
export interface TableChange {
  readonly target: string;
  /** Absent if the target wasn't locked, and was therefore denied. */
  readonly before?: TableState;
  /** Absent if the target is no longer locked. */
  readonly after?: TableState;
}

/**
 * The targets whose permission differs, sorted. A rule changes nothing if it is only renamed, gives another reason, or
 * decides what would be decided without it.
 */
export function diffTables(before: PermissionTable, after: PermissionTable): TableChange[] {
  const [old, next] = [byTarget(before), byTarget(after)];
  return sortedSet([...old.keys(), ...next.keys()]).flatMap((target) => {
    const [a, b] = [stateOf(old.get(target)), stateOf(next.get(target))];
    if (effect(a) === effect(b)) return [];
    return [{ target, ...(a && { before: a }), ...(b && { after: b }) }];
  });
}

/**
 * One line per change.
 *
 * @example
 * printTableDiff('prod', changes); // ['prod: github/delete_repo deny → approve by 2 of security']
 */
export function printTableDiff(environment: string, changes: readonly TableChange[]): string[] {
  return changes.map(({ target, before, after }) => {
    const classes = before && after && before.class !== after.class;
    const shown = (state: TableState | undefined) => {
      if (!state) return 'not locked';
      return classes ? `${state.summary} (${state.class})` : state.summary;
    };
    return `${environment}: ${visible(target)} ${shown(before)} → ${shown(after)}`;
  });
}

function byTarget(table: PermissionTable): Map<string, PermissionEntry> {
  return new Map(table.entries.map((entry) => [entry.target, entry]));
}

function stateOf(entry: PermissionEntry | undefined): TableState | undefined {
  if (!entry) return undefined;
  const clauses = essential(entry.clauses);
  return { class: entry.class, clauses, summary: summarise(clauses) };
}

function effect(state: TableState | undefined): string {
  if (!state) return '';
  const clauses = state.clauses.map(({ from: _, decision, ...rest }) => ({
    ...rest,
    decision: decision.type === 'deny' ? { type: 'deny' } : decision,
  }));
  return canonicalJson({ class: state.class, clauses });
}
