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

/** What no text with a secret is without; most have none of it, and are done then. */
const trigger =
  /[=:]|--|(?:[_-]|AKIA|ASIA|AIza|dapi|eyJ|ATATT|hv[bsr]\.|SG\.|ya29\.|dp\.[ps]t\.|(?<![A-Za-z0-9])s\.)[A-Za-z0-9_]{8}|services\/|webhooks\/|bearer|basic|token/i;

/**
 * Where secrets stand in a text: tokens by their makers' prefixes, JSON web tokens, private keys, passwords and
 * secret parameters of URLs, credentials after `Bearer` and `Basic`, and what is assigned to a secret's name. Takes
 * time that is linear in the text, whoever wrote it.
 *
 * @returns in order, without overlaps.
 */
export function findSecrets(text: string): readonly Span[] {
  if (text.length < minText || !trigger.test(text)) return [];
  const found = [
    ...pemSpans(text),
    ...tokenSpans(text),
    ...jwtSpans(text),
    ...urlPasswordSpans(text),
    ...webhookSpans(text),
    ...schemeSpans(text),
    ...assignmentSpans(text),
  ];
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
