import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * RFC 8785 canonical JSON: equal values give equal text, whatever the order of their keys.
 *
 * @throws Error for what JSON can't express: `undefined`, NaN, infinities, lone surrogates, cycles.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error(`a ${typeof value} can't be written as JSON`);
  return text;
}

/** `sha256:` and 64 hexadecimal digits, over the text's UTF-8. */
export function sha256(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The digest of a value: {@link sha256} of its {@link canonicalJson}. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
