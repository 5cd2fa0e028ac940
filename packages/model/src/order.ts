/** Compares by UTF-16 code unit, for `toSorted`: the order is the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The distinct texts in {@link compareText}'s order. */
export function sortedSet(texts: Iterable<string>): string[] {
  return [...new Set(texts)].toSorted(compareText);
}
