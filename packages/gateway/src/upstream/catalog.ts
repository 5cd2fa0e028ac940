import { canonicalJson, type DefinitionKind, isRecord } from '@lockstep/model/internal';
import { excerpt } from '../kernel/redaction.ts';
import { type ServerFacts, type Transport, UpstreamError } from './transport/transport.ts';

/** Limits of one list; a server that exceeds them can't be used. */
const maxPages = 100;
const maxItems = 5000;
const maxCharacters = 16 * 1024 * 1024;

/** A definition exactly as the server gave it, unknown keys included. */
export type Definition = Record<string, unknown>;

/** Everything that a server offers at one moment. */
export interface Catalog {
  readonly serverInfo: ServerFacts['serverInfo'];
  readonly instructions: string | null;
  readonly tools: ReadonlyMap<string, Definition>;
  readonly prompts: ReadonlyMap<string, Definition>;
  /** Resource templates, by URI template. */
  readonly resourceTemplates: ReadonlyMap<string, Definition>;
  /** Whether it has any resources. */
  readonly resources: boolean;
  /** Whether it completes arguments. */
  readonly completions: boolean;
  /** `tools/name` of each item listed twice with different definitions: nobody can tell which one a call reaches. */
  readonly ambiguous: ReadonlySet<string>;
}

interface ListSpec {
  readonly kind: DefinitionKind;
  readonly capability: string;
  readonly method: string;
  readonly name: string;
}

const lists: readonly ListSpec[] = [
  { kind: 'tools', capability: 'tools', method: 'tools/list', name: 'name' },
  { kind: 'prompts', capability: 'prompts', method: 'prompts/list', name: 'name' },
  {
    kind: 'resourceTemplates',
    capability: 'resources',
    method: 'resources/templates/list',
    name: 'uriTemplate',
  },
];

/**
 * Asks a server for everything that it offers, page by page.
 *
 * @param options.timeoutSeconds applies to each page.
 * @throws UpstreamError if a list can't be read or exceeds the limits.
 */
export async function readCatalog(
  transport: Transport,
  options: { signal: AbortSignal; timeoutSeconds: number },
): Promise<Catalog> {
  const { facts } = transport;
  const ambiguous = new Set<string>();
  const read: Record<DefinitionKind, Map<string, Definition>> = {
    tools: new Map(),
    prompts: new Map(),
    resourceTemplates: new Map(),
  };
  for (const spec of lists) {
    if (!isRecord(facts.capabilities[spec.capability])) continue;
    for (const definition of await readList(transport, spec, options)) {
      const name = definition[spec.name];
      if (typeof name !== 'string') throw invalid(spec, `has an entry without \`${spec.name}\``);
      const earlier = read[spec.kind].get(name);
      if (earlier !== undefined && !same(earlier, definition)) ambiguous.add(`${spec.kind}/${name}`);
      read[spec.kind].set(name, definition);
    }
  }
  return {
    serverInfo: facts.serverInfo,
    instructions: facts.instructions,
    ...read,
    resources: isRecord(facts.capabilities.resources),
    completions: isRecord(facts.capabilities.completions),
    ambiguous,
  };
}

async function readList(
  transport: Transport,
  spec: ListSpec,
  options: { signal: AbortSignal; timeoutSeconds: number },
): Promise<Definition[]> {
  const items: Definition[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  let characters = 0;
  do {
    const params = cursor === undefined ? {} : { cursor };
    const answer = await transport.request({ method: spec.method, params }, options);
    if ('error' in answer) {
      // A server may have resources but no templates, and not know the method.
      if (answer.error.code === -32601) return items;
      throw invalid(spec, `was refused by the server: ${excerpt(answer.error.message, 200)}`);
    }
    // Numbers that a double can't hold are compared as doubles, as all readers of the lock do.
    const text = JSON.stringify(answer.result);
    characters += text.length;
    if (characters > maxCharacters) throw invalid(spec, `has more than ${maxCharacters} characters`);
    const page = JSON.parse(text) as Definition;
    const entries = page[spec.kind];
    if (!Array.isArray(entries) || !entries.every(isRecord)) throw invalid(spec, 'is not a list of objects');
    items.push(...entries);
    if (items.length > maxItems) throw invalid(spec, `has more than ${maxItems} entries`);
    cursor = typeof page.nextCursor === 'string' ? page.nextCursor : undefined;
    if (cursor !== undefined && (cursors.has(cursor) || cursors.size + 1 >= maxPages)) {
      throw invalid(spec, `does not end within ${maxPages} pages`);
    }
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return items;
}

function invalid(spec: ListSpec, what: string): UpstreamError {
  return new UpstreamError('invalid', `its ${spec.method} ${what}`);
}

function same(a: Definition, b: Definition): boolean {
  try {
    return canonicalJson(a) === canonicalJson(b);
  } catch {
    return false;
  }
}
