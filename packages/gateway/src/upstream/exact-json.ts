import { survivesDouble } from '../protocol/strict-json.ts';

declare global {
  interface JSON {
    /** Source: https://tc39.es/proposal-json-parse-with-source/; Node has it since 22, TypeScript's library not yet. */
    rawJSON(text: string): object;
  }
}

/** A number that a double might not hold has sixteen digits or a three-digit exponent; most texts have neither. */
const maybeInexact = /[\d.]{16}|[eE][+-]?\d{3}/;

/**
 * Parses JSON so that `JSON.stringify` writes every number back with its value: what a double can't hold
 * (9007199254740993, 1e400) becomes a `JSON.rawJSON` object. Results of servers are passed on as they came.
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
