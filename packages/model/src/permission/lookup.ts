import { parseTarget, printTarget, type Target } from '../names.ts';
import type { PermissionEntry, PermissionTable } from './clause.ts';
import { everyResource } from './targets.ts';

const indexes = new WeakMap<PermissionTable, ReadonlyMap<string, PermissionEntry>>();

/**
 * The entry that decides about a target. A resource that isn't one of the locked templates is a concrete one,
 * and falls under its server's entry for all of those.
 */
export function entryFor(table: PermissionTable, target: Target): PermissionEntry | undefined {
  let index = indexes.get(table);
  if (!index) {
    index = new Map(table.entries.map((entry) => [entry.target, entry]));
    indexes.set(table, index);
  }
  const text = printTarget(target);
  // Callers make names up: a tool called `prompt:x` must not pass for the prompt `x`.
  if (parseTarget(text)?.kind !== target.kind) return undefined;
  const exact = index.get(text);
  if (exact || target.kind !== 'resource') return exact;
  return index.get(printTarget({ ...target, name: everyResource }));
}
