import type { Comparison, Drift } from './drift.ts';
import type { UpstreamEvent } from './upstream-server.ts';

/** Most reports, so that a server which keeps making up items fills neither the audit nor memory. */
const maxReports = 1000;

/** What is refused of one server until the lock is changed. */
interface Quarantine {
  /** The reason for each item, a sentence. It is always the same map, so lookups cost nothing. */
  readonly items: ReadonlyMap<string, string>;
  /** Items that it offers now and that nobody reviewed. */
  readonly extras: ReadonlySet<string>;
  /** Updates the quarantine with what all live sessions of the server show now. */
  update(comparisons: readonly Comparison[]): void;
}

/**
 * Keeps the quarantine of one server and reports what enters and leaves it. A drift in any session counts for all
 * sessions: a server that shows different definitions isn't the one that was reviewed.
 */
export function createQuarantine(server: string, onEvent: (event: UpstreamEvent) => void): Quarantine {
  const items = new Map<string, string>();
  const drifts = new Map<string, Drift>();
  const extras = new Set<string>();
  const reported = new Set<string>();

  const enter = (item: string, drift: Drift) => {
    const known = drifts.get(item);
    if (known !== undefined && known.found === drift.found && known.expected === drift.expected) return;
    drifts.set(item, drift);
    items.set(item, drift.change);
    onEvent({ type: 'quarantine', server, item, ...drift });
  };

  return {
    items,
    extras,
    update(comparisons) {
      const now = new Map(comparisons.flatMap((comparison) => [...comparison.drifts]));
      for (const [item, drift] of now) enter(item, drift);
      for (const item of [...drifts.keys()].filter((known) => !now.has(known))) {
        drifts.delete(item);
        items.delete(item);
        onEvent({ type: 'quarantine.lifted', server, item });
      }
      extras.clear();
      for (const [item, found] of comparisons.flatMap((comparison) => [...comparison.extras])) {
        extras.add(item);
        const report = `${item.slice(0, 200)} ${found}`;
        if (reported.has(report) || reported.size >= maxReports) continue;
        reported.add(report);
        onEvent({ type: 'extra', server, item, found });
      }
    },
  };
}
