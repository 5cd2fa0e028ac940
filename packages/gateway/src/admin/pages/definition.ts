import { html } from 'hono/html';
import { z } from 'zod';
import { type Html, shownJson, shownText } from './text.ts';

/** What is read out of a locked definition for people; whatever isn't of this shape is in the whole of it below. */
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

/** What the locked schema says of one argument. */
export function describeArgument(
  definition: Record<string, unknown> | null,
  name: string,
): string | undefined {
  const properties = definition === null ? undefined : readable.parse(definition).inputSchema?.properties;
  return properties !== undefined && Object.hasOwn(properties, name)
    ? property.parse(properties[name]).description
    : undefined;
}

/** The locked definition: what it says it does, which arguments it takes, and all of it as it was reviewed. */
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
    <thead><tr><th>Argument</th><th>Type</th><th>What it is</th></tr></thead>
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
