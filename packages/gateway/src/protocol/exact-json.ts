declare global {
  interface JSON {
    /** Source: https://tc39.es/proposal-json-parse-with-source/; in Node since 22, not yet in TypeScript's library. */
    rawJSON(text: string): object;
  }
}

/** A number that a double may not hold has sixteen digits or a three-digit exponent; most texts have neither. */
const maybeInexact = /[\d.]{16}|[eE][+-]?\d{3}/;

/**
 * Parses JSON so that `JSON.stringify` writes every number back with its value: a number that a double can't hold
 * (9007199254740993, 1e400) becomes a `JSON.rawJSON` object. So results of servers are passed on unchanged.
 *
 * @throws SyntaxError
 */
export function parseExact(text: string): unknown {
  if (!maybeInexact.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
    return survivesDouble(source) ? value : JSON.rawJSON(source);
  });
}

/** Most characters of a number: a double has no more digits than this, and nobody writes longer ones. */
const maxDigits = 800;

/**
 * Whether a JSON number has the same value once it is read as a double: true for `1.0` and `1e2`, false for
 * 9007199254740993 and 1e400.
 */
export function survivesDouble(source: string): boolean {
  if (source.length > maxDigits) return false;
  const value = Number(source);
  return Number.isFinite(value) && canonical(String(value)) === canonical(source);
}

/** A number's digits and exponent in one form for all spellings of a value: `1.50e3` and `1500` → `15e2`. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  // Not a regular expression: one that looks for trailing zeros would start again at each zero.
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  const trimmed = digits.slice(0, end);
  if (trimmed === '') return '0';
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}
