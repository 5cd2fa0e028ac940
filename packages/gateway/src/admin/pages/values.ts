import { html } from 'hono/html';
import { count, type Html, shownJson, shownText } from './text.ts';

/** More values than this, or deeper, are shown as one JSON text, which is just as whole and stays readable. */
const mostValues = 2000;
const deepest = 10;

/**
 * A call's arguments, every one of them whole: its name, its type, its value, so that the string `"1"` isn't taken for
 * the number `1`, nor an empty string for nothing.
 *
 * @param describe - What the locked schema says of a top-level argument.
 */
export function argumentList(
  args: Readonly<Record<string, unknown>>,
  describe: (name: string) => string | undefined,
): Html {
  const entries = Object.entries(args);
  if (entries.length === 0) return html`<p class="quiet">The call has no arguments.</p>`;
  const { values, depth } = measure(args);
  if (values > mostValues || depth > deepest) return shownJson(args);
  return html`<dl class="values">${entries.map(([name, value]) => entry(shownText(name), value, describe(name)))}</dl>`;
}

function entry(name: Html, value: unknown, about?: string): Html {
  const literal = literalOf(value);
  return html`<div class="value">
    <dt><code class="key">${name}</code> <span class="type">${typeOf(value)}</span>${literal === undefined ? '' : html`<code class="literal">${literal}</code>`}${about === undefined ? '' : html`<span class="about">${shownText(about)}</span>`}</dt>
    ${literal === undefined ? html`<dd>${body(value)}</dd>` : ''}
  </div>`;
}

/** What fits beside its name: numbers, booleans, null, and what is empty. */
function literalOf(value: unknown): string | undefined {
  if (
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
  ) {
    return undefined;
  }
  return JSON.stringify(value);
}

function body(value: unknown): Html {
  if (typeof value === 'string')
    return html`<div class="text"><span class="quote">"</span>${shownText(value)}<span class="quote">"</span></div>`;
  if (Array.isArray(value)) {
    return html`<dl class="values">${value.map((item, index) => entry(html`${index}`, item))}</dl>`;
  }
  const entries = Object.entries(value as object);
  return html`<dl class="values">${entries.map(([name, inner]) => entry(shownText(name), inner))}</dl>`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `list · ${plural(value.length, 'item')}`;
  if (typeof value === 'object') return `object · ${plural(Object.keys(value).length, 'field')}`;
  if (typeof value !== 'string') return typeof value;
  const lines = value.split('\n').length;
  if (value === '') return 'string · empty';
  return `string · ${plural([...value].length, 'character')}${lines > 1 ? ` · ${plural(lines, 'line')}` : ''}`;
}

function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function measure(value: unknown, level = 0): { values: number; depth: number } {
  if (typeof value !== 'object' || value === null) return { values: 1, depth: level };
  let values = 1;
  let depth = level;
  for (const inner of Object.values(value)) {
    const found = measure(inner, level + 1);
    values += found.values;
    depth = Math.max(depth, found.depth);
  }
  return { values, depth };
}
