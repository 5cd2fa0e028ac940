import { assignmentSpans } from './assignments.ts';
import {
  jwtSpans,
  pemSpans,
  type Span,
  schemeSpans,
  tokenSpans,
  urlPasswordSpans,
  webhookSpans,
} from './secret-shapes.ts';

/** The text that replaces a secret. */
export const redactedText = '[redacted]';

/** A text with fewer characters contains no secret. */
const minText = 6;

/** Every token with its maker's prefix has a run of at least this many characters. */
const minRun = 16;

/** For each ASCII character, whether it may be in such a run: letters, digits, `_` and `-`. */
const inRun = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a text has a run that is long enough for a token. It skips most characters of ordinary words. */
function hasRun(text: string): boolean {
  let end = minRun - 1;
  while (end < text.length) {
    let at = end;
    while (at > end - minRun && inRun[text.charCodeAt(at)] === 1) at -= 1;
    if (at === end - minRun) return true;
    end = at + minRun;
  }
  return false;
}

/** Every assignment, URL and private key contains this. */
const mark = /[=:]|--/;

/** A word before a credential. */
const scheme = /(?:bearer|basic|token)[\s%+]/i;

/**
 * Finds secrets in a text: tokens by their makers' prefixes, JSON web tokens, private keys, passwords and secret
 * parameters of URLs, credentials after `Bearer` and `Basic`, and values assigned to a secret's name. It takes time
 * linear in the text, even if an attacker wrote it.
 *
 * @returns the spans in order, without overlaps.
 */
export function findSecrets(text: string): readonly Span[] {
  if (text.length < minText) return [];
  // Every call passes here, so don't look for what the text can't contain.
  const found: Span[] = [];
  // Push one by one, because a text can contain more secrets than a call can have arguments.
  const add = (spans: Iterable<Span>) => {
    for (const span of spans) found.push(span);
  };
  if (hasRun(text)) {
    add(tokenSpans(text));
    add(jwtSpans(text));
    add(webhookSpans(text));
  }
  if (scheme.test(text)) add(schemeSpans(text));
  if (mark.test(text)) {
    if (text.includes('PRIVATE KEY')) add(pemSpans(text));
    if (text.includes('://')) add(urlPasswordSpans(text));
    add(assignmentSpans(text));
  }
  return found.length < 2 ? found : merged(found);
}

/**
 * Replaces each secret in a text by the marker, and leaves everything else.
 *
 * @example
 * blankSecrets('postgres://app:hunter2@db/shop'); // 'postgres://app:[redacted]@db/shop'
 */
export function blankSecrets(text: string): string {
  const spans = findSecrets(text);
  if (spans.length === 0) return text;
  let rest = 0;
  let blanked = '';
  for (const { start, end } of spans) {
    blanked += text.slice(rest, start) + redactedText;
    rest = end;
  }
  return blanked + text.slice(rest);
}

function merged(spans: Span[]): Span[] {
  spans.sort((a, b) => a.start - b.start);
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last === undefined || span.start >= last.end) result.push(span);
    else if (span.end > last.end) result[result.length - 1] = { start: last.start, end: span.end };
  }
  return result;
}
