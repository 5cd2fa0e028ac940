import type { Comparison, Drift } from './drift.ts';
import type { UpstreamEvent } from './upstream-server.ts';

/** A server that makes up ever new things fills neither the audit nor memory with them. */
const maxReports = 1000;

/** What of one server is refused until the lock is changed. */
interface Quarantine {
  /** By item, why: a sentence. The same map for good, so that looking something up costs nothing. */
  readonly items: ReadonlyMap<string, string>;
  /** Items that it offers now and that were never reviewed. */
  readonly extras: ReadonlySet<string>;
  /** Takes what all live sessions with the server show now. */
  update(comparisons: readonly Comparison[]): void;
}

/**
 * Keeps the quarantine of one server and tells what enters and leaves it. A drift that any session shows counts
 * for all of them: a server that shows different faces isn't the one that was reviewed.
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
