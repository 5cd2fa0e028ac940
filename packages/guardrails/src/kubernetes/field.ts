/** Stands for a value that a preview can't know yet. Rules pass over it, because the deployment checks it again. */
export const notYetKnown: unique symbol = Symbol('not yet known');

/** The value at a path of fields and indexes; undefined if it isn't there. What is below an unknown value is unknown. */
export function fieldAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (at === notYetKnown) return notYetKnown;
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** The items of the list at a path; none if there is no list. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The entries of the object at a path; none if there is no object. */
export function entriesAt(value: unknown, ...path: readonly (string | number)[]): [string, unknown][] {
  const found = fieldAt(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : [];
}

/** The text at a path; undefined if there is none, or if it isn't known yet. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Whether two values are the same, as far as they are known. */
export function mayEqual(a: unknown, b: unknown): boolean {
  return a === b || a === notYetKnown || b === notYetKnown;
}
