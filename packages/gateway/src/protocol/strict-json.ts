import { survivesDouble } from './exact-json.ts';

/** Why a text is refused; `message` is one sentence for the sender. */
export class StrictJsonError extends Error {}

/**
 * Parses JSON and refuses whatever other parsers read differently, so that others understand exactly what is decided
 * on here. It refuses keys that repeat within one object or are equal under Unicode case folding, numbers that don't
 * survive a round trip through a double, lone surrogates, NUL characters, the key `__proto__`, and nesting beyond
 * `depth`.
 *
 * @throws StrictJsonError
 */
export function parseStrict(text: string, depth: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StrictJsonError('The body is not JSON; send one JSON-RPC message.');
  }
  const keys = countKeys(value, depth);
  // Most texts pass this check without a closer look, which would cost as much as the rest.
  if (keys === colonsIn(text) && !doubtfulNumber.test(text)) return value;
  const bare = text.replace(anyString, '""');
  if (doubtfulNumber.test(bare)) checkNumbers(bare);
  // Outside strings, valid JSON has one colon per member, so more colons than keys means a repeated key.
  if (keys !== colonsIn(bare)) {
    throw new StrictJsonError('The body repeats a key within one object; send each key once.');
  }
  return value;
}

const anyString = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const anyNumber = /-?\d[\d.eE+-]*/g;
/** A number with up to fifteen digits always survives. */
const doubtfulNumber = /[\d.]{16}|\d[eE]/;

function checkNumbers(bare: string): void {
  for (const [source] of bare.matchAll(anyNumber)) {
    if (!survivesDouble(source)) {
      throw new StrictJsonError(
        `The number ${source.slice(0, 60)} does not fit into a double; send it as a string.`,
      );
    }
  }
}

function countKeys(value: unknown, depth: number): number {
  if (typeof value === 'string') checkString(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (depth <= 0) throw new StrictJsonError('The body is nested too deeply; send a flatter one.');
  let keys = 0;
  if (Array.isArray(value)) {
    for (const element of value) keys += countKeys(element, depth - 1);
    return keys;
  }
  const names = Object.keys(value);
  checkFolding(names);
  for (const name of names) {
    checkString(name);
    if (name === '__proto__') {
      throw new StrictJsonError(
        'The body has the key `__proto__`, which other parsers drop or act on; leave it out.',
      );
    }
    keys += 1 + countKeys((value as Record<string, unknown>)[name], depth - 1);
  }
  return keys;
}

function checkString(text: string): void {
  if (!text.isWellFormed()) {
    throw new StrictJsonError('The body holds half a surrogate pair; send well-formed Unicode.');
  }
  if (text.includes('\0')) throw new StrictJsonError('The body holds a NUL character; leave it out.');
}

const lowerCase = /^[a-z0-9_-]*$/;
const ascii = /^[ -~]*$/;

function checkFolding(names: readonly string[]): void {
  // Keys in lower-case ASCII fold to themselves, so no two of them fold together.
  if (names.length < 2 || names.every((name) => lowerCase.test(name))) return;
  // Folding an ASCII key keeps its length.
  const lengths = new Set(names.map((name) => name.length));
  if (lengths.size === names.length && names.every((name) => ascii.test(name))) return;
  const seen = new Map<string, string>();
  for (const name of names) {
    // Upper case, then lower case: Unicode's full folding, except for marks, for which this is even stricter.
    const folded = name.toUpperCase().toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined) {
      throw new StrictJsonError(
        `The keys ${JSON.stringify(other)} and ${JSON.stringify(name)} of one object differ only in case; other parsers confuse them.`,
      );
    }
    seen.set(folded, name);
  }
}

function colonsIn(text: string): number {
  let found = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) found++;
  return found;
}
