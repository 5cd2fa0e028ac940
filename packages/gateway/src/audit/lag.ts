import type { Store } from '../store/store.ts';

/**
 * Watches what is given to a store, to tell how far the audit is behind.
 *
 * @returns the store to use instead, and the age in seconds of the oldest record that isn't acknowledged yet.
 */
export function watchLag(store: Store): { store: Store; lag: () => number } {
  const waiting = new Set<{ since: number }>();
  const watched = <T>(writing: Promise<T>): Promise<T> => {
    const ticket = { since: performance.now() };
    waiting.add(ticket);
    const done = () => void waiting.delete(ticket);
    writing.then(done, done);
    return writing;
  };
  return {
    lag() {
      // A set keeps the order of arrival: the first is the oldest.
      const [oldest] = waiting;
      return oldest === undefined ? 0 : (performance.now() - oldest.since) / 1000;
    },
    store: {
      ...store,
      append: (record, durability) => watched(store.append(record, durability)),
      transact: (operation, input) => watched(store.transact(operation, input)),
    },
  };
}
