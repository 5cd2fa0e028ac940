import { html } from 'hono/html';
import { z } from 'zod';
import { count, type Html, shownJson, shownText } from './text.ts';

/** More or deeper values than this are shown as one JSON text, which is complete too and stays readable. */
const maxValues = 2000;
const maxDepth = 10;

/**
 * Shows each of a call's arguments in full: its name, its type and its value. So nobody takes the string `"1"` for the
 * number `1`, or an empty string for nothing.
 *
 * @param describe returns what the locked schema says about a top-level argument.
 */
export function argumentList(
  args: Readonly<Record<string, unknown>>,
  describe: (name: string) => string | undefined,
): Html {
  const entries = Object.entries(args);
  if (entries.length === 0) return html`<p class="quiet">The call has no arguments.</p>`;
  const { values, depth } = measure(args);
  if (values > maxValues || depth > maxDepth) return shownJson(args);
  return html`<dl class="values">${entries.map(([name, value]) => entry(shownText(name), value, describe(name)))}</dl>`;
}

function entry(name: Html, value: unknown, about?: string): Html {
  const literal = literalOf(value);
  return html`<div class="value">
    <dt><code class="key">${name}</code> <span class="type">${typeOf(value)}</span>${literal === undefined ? '' : html`<code class="literal">${literal}</code>`}${about === undefined ? '' : html`<span class="about">${shownText(about)}</span>`}</dt>
    ${literal === undefined ? html`<dd>${body(value)}</dd>` : ''}
  </div>`;
}

/** A value that fits beside its name: a number, a boolean, null, or something empty. */
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

/** The parts of a locked definition that the page formats; the rest appears in the whole definition below. */
const readable = z.object({
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  inputSchema: z
    .object({
      properties: z.record(z.string(), z.unknown()).catch({}),
      required: z.array(z.string()).catch([]),
    })
    .optional()
    .catch(undefined),
});
const property = z
  .object({ description: z.string().optional().catch(undefined), type: z.unknown() })
  .catch({ type: undefined });

/** What the locked schema says about one argument. */
export function describeArgument(
  definition: Record<string, unknown> | null,
  name: string,
): string | undefined {
  const properties = definition === null ? undefined : readable.parse(definition).inputSchema?.properties;
  return properties !== undefined && Object.hasOwn(properties, name)
    ? property.parse(properties[name]).description
    : undefined;
}

/** Shows the locked definition: its description, its arguments, and the whole of it as it was reviewed. */
export function definitionView(definition: Record<string, unknown>): Html {
  const { title, description, inputSchema } = readable.parse(definition);
  return html`
    ${title === undefined ? '' : html`<p><strong>${shownText(title)}</strong></p>`}
    ${description === undefined ? html`<p class="quiet">It has no description.</p>` : html`<p class="prose">${shownText(description.trim())}</p>`}
    ${inputSchema === undefined ? '' : parameters(inputSchema.properties, inputSchema.required)}
    <details><summary>The whole definition, as it was reviewed</summary>${shownJson(definition)}</details>`;
}

function parameters(properties: Record<string, unknown>, required: readonly string[]): Html {
  const names = Object.keys(properties);
  if (names.length === 0) return html`<p class="quiet small">It takes no arguments.</p>`;
  return html`<div class="scroll"><table>
    <thead><tr><th>Argument</th><th>Type</th><th>Description</th></tr></thead>
    <tbody>${names.map((name) => {
      const { type, description } = property.parse(properties[name]);
      const kind = typeof type === 'string' ? type : Array.isArray(type) ? type.join(' or ') : 'any';
      return html`<tr>
        <td><code class="key">${shownText(name)}</code></td>
        <td class="quiet small">${shownText(kind)}${required.includes(name) ? '' : ', optional'}</td>
        <td class="small">${shownText(description ?? '')}</td>
      </tr>`;
    })}</tbody>
  </table></div>`;
}
