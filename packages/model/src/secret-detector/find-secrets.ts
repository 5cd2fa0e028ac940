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

/** Stands where a secret was. */
export const redactedText = '[redacted]';

/** Characters below which no text holds a secret. */
const minText = 6;

/** Characters of tokens that stand together at least, in whatever has a maker's prefix. */
const minRun = 16;

/** Of each ASCII character, whether it may stand in such a run: letters, digits, `_` and `-`. */
const inRun = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a text has a run that is long enough for a token. It looks at few characters of ordinary words. */
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

/** What no assignment, URL or private key is without. */
const mark = /[=:]|--/;

/** A word that a credential stands behind. */
const scheme = /(?:bearer|basic|token)[\s%+]/i;

/**
 * Where secrets stand in a text: tokens by their makers' prefixes, JSON web tokens, private keys, passwords and
 * secret parameters of URLs, credentials after `Bearer` and `Basic`, and what is assigned to a secret's name. Takes
 * time that is linear in the text, whoever wrote it.
 *
 * @returns in order, without overlaps.
 */
export function findSecrets(text: string): readonly Span[] {
  if (text.length < minText) return [];
  // On the path of every call: what a text can't hold isn't looked for.
  const found: Span[] = [];
  // One by one: a text can hold more of them than a call can have arguments.
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
 * A text with each secret replaced by the marker, and everything else as it was.
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
