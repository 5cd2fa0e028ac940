import { digestOf } from '../canonical.ts';

/** The lists of a release that hold definitions. */
export type DefinitionKind = 'tools' | 'prompts' | 'resourceTemplates';

/**
 * The digest of a definition exactly as the server gave it, without the values at the reviewed pointers. For a
 * server's instructions, use `digestOf(text)`.
 *
 * @param ignore the release's pointers; only those under `/<kind>/<name>/` count.
 * @throws Error for a definition that JSON can't express, for example one with a lone surrogate in a string.
 */
export function definitionDigest(
  definition: unknown,
  kind: DefinitionKind,
  name: string,
  ignore: readonly string[],
): string {
  const prefix = `/${kind}/${escapePointer(name)}/`;
  const pointers = ignore.filter((pointer) => pointer.startsWith(prefix));
  return digestOf(pointers.reduce((value, pointer) => without(value, keysOf(pointer, prefix)), definition));
}

/** Escapes one part of a JSON pointer (RFC 6901). */
function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

function keysOf(pointer: string, prefix: string): string[] {
  return pointer
    .slice(prefix.length)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A copy without the value at `keys`; an array keeps its length, so that other pointers still fit. */
function without(value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
    return value;
  const replace = (inner: unknown) => (rest.length === 0 ? null : without(inner, rest));
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? replace(item) : item));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== key || rest.length > 0)
      .map(([name, item]) => [name, name === key ? replace(item) : item]),
  );
}
