import { visible } from '@lockstep/model/internal';
import { html, raw } from 'hono/html';

/** A piece of a page. */
export type Html = ReturnType<typeof html>;

const plain = /^[\x20-\x7e]*$/;
/** Characters that break a line or move within it: a sign shows them, and they keep their effect. */
const layout: Readonly<Record<string, string>> = { '\n': '↵', '\t': '⇥' };
/** More accents than this on one letter would hide each other and the text around them. */
const maxMarks = 2;

/**
 * Shows text from others so that every character is visible. Characters that are invisible or reorder their neighbours
 * are escaped and marked, so that nobody takes them for the same letters typed out.
 */
export function shownText(text: string): Html {
  // Matches whole runs of plain characters, since arguments are long.
  const runs = text.match(/[\x20-\x7e]+|[^\x20-\x7e]+/g) ?? [];
  return html`${runs.map((run) => (plain.test(run) ? run : shownRun(run)))}`;
}

function shownRun(run: string): Html {
  let shown = '';
  let marks = 0;
  for (const character of run) {
    marks = /\p{M}/u.test(character) ? marks + 1 : 0;
    const sign = layout[character];
    if (sign !== undefined) shown += `<span class="sign">${sign}</span>${character}`;
    else {
      const spelled = marks > maxMarks ? spell(character) : visible(character);
      shown += spelled === character ? character : `<span class="hidden">${spelled}</span>`;
    }
  }
  // Plain text needs no escaping, and everything else has been escaped.
  return raw(shown);
}

function spell(mark: string): string {
  return mark
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Shows a whole JSON document in the same way, formatted for reading. */
export function shownJson(value: unknown): Html {
  // JSON escapes line breaks inside texts, so every line break here is its own.
  const lines = JSON.stringify(value, null, 2).split('\n');
  return html`<pre class="json">${lines.map((line, index) => [index === 0 ? '' : '\n', shownText(line)])}</pre>`;
}

/** A whole number with commas: `20,480`. */
export function count(number: number): string {
  return number.toLocaleString('en');
}

/** `2026-11-21T12:30:05.123Z` → `21 Nov 2026, 12:30 UTC`, in an element that programs can read too. */
export function time(iso: string): Html {
  const date = new Date(iso);
  const day = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return html`<time datetime="${iso}">${day}, ${iso.slice(11, 16)} UTC</time>`;
}

/** The distance of a time from now, in words: `in 23 h 10 min`, `5 min ago`. */
export function distance(iso: string, now = Date.now()): string {
  const minutes = Math.round((Date.parse(iso) - now) / 60_000);
  const span = words(Math.abs(minutes));
  if (Math.abs(minutes) < 1) return 'now';
  return minutes > 0 ? `in ${span}` : `${span} ago`;
}

function words(minutes: number): string {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts =
    days > 0
      ? [`${days} d`, hours > 0 ? `${hours} h` : '']
      : [hours > 0 ? `${hours} h` : '', minutes % 60 > 0 ? `${minutes % 60} min` : ''];
  return parts.filter((part) => part !== '').join(' ');
}
