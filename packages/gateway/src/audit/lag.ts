import type { Store } from '../store/store.ts';

/**
 * Watches a store's appends, to tell how far the audit is behind.
 *
 * @returns the store to use instead, and the age in seconds of the oldest record that isn't acknowledged yet.
 */
export function watchLag(store: Store): { store: Store; lag: () => number } {
  const waiting = new Set<{ since: number }>();
  return {
    lag() {
      // A set keeps the order of arrival: the first is the oldest.
      const [oldest] = waiting;
      return oldest === undefined ? 0 : (performance.now() - oldest.since) / 1000;
    },
    store: {
      ...store,
      append(record, durability) {
        const ticket = { since: performance.now() };
        waiting.add(ticket);
        return store.append(record, durability).finally(() => waiting.delete(ticket));
      },
    },
  };
}
