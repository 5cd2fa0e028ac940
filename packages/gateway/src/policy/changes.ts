import type { Policy } from './policy.ts';

/**
 * What two bundles of one environment say differently, by target: another decision, another definition, or gone.
 * Approvals that were asked for under the old one no longer hold. Pure.
 */
export function changedTargets(before: Policy, after: Policy): string[] {
  const now = describe(after);
  return [...describe(before)].filter(([target, text]) => now.get(target) !== text).map(([target]) => target);
}

function describe({ table, items, servers }: Policy): Map<string, string> {
  return new Map(
    table.entries.map((entry) => {
      const item = items.get(entry.target);
      const source = item === undefined ? '' : servers.get(item.target.server)?.source;
      return [entry.target, JSON.stringify([entry, item?.digest, source])];
    }),
  );
}
