import { visible } from '@lockstep/model/internal';
import { html, raw } from 'hono/html';

/** A piece of a page. */
export type Html = ReturnType<typeof html>;

const plain = /^[\x20-\x7e]*$/;
/** What breaks a line or moves on in it: these are shown, and do it as well. */
const layout: Readonly<Record<string, string>> = { '\n': '↵', '\t': '⇥' };
/** More accents than this on one letter hide each other, and what is around them. */
const maxMarks = 2;

/**
 * Text from others, shown so that every character of it is seen: what is invisible or reorders its neighbours is spelt
 * out and marked, so that it can't be taken for the same letters written out.
 */
export function shownText(text: string): Html {
  // Whole runs of plain characters at once: arguments are long.
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
      const spelt = marks > maxMarks ? spell(character) : visible(character);
      shown += spelt === character ? character : `<span class="hidden">${spelt}</span>`;
    }
  }
  // Nothing in it needs escaping: what does is plain.
  return raw(shown);
}

function spell(mark: string): string {
  return mark
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** The same for a whole JSON document, laid out for reading. */
export function shownJson(value: unknown): Html {
  // JSON escapes the line breaks inside texts, so that those left are its own.
  const lines = JSON.stringify(value, null, 2).split('\n');
  return html`<pre class="json">${lines.map((line, index) => [index === 0 ? '' : '\n', shownText(line)])}</pre>`;
}

/** A whole number with thousands set apart: `20,480`. */
export function count(number: number): string {
  return number.toLocaleString('en');
}

/** `2026-11-21T12:30:05.123Z` → `21 Nov 2026, 12:30 UTC`, as a time that programs can read too. */
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

/** How far a time is from now, in words: `in 23 h 10 min`, `5 min ago`. */
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
