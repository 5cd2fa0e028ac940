import { canonicalJson } from '../canonical.ts';
import { isRecord } from '../json.ts';
import { compareText } from '../order.ts';
import type { DefinitionKind } from './definition.ts';
import type { ReleaseChange } from './release-change.ts';
import { diffSchemas, type SchemaDiff, type SchemaRelation } from './schema-diff.ts';

type Fields = Readonly<Record<string, unknown>>;
type Step = ReleaseChange['step'];

/**
 * What differs between two definitions of one tool, prompt or resource template: between two releases, or
 * between a release and what a server offers now.
 */
export function diffDefinition(
  kind: DefinitionKind,
  name: string,
  before: Fields,
  after: Fields,
): ReleaseChange[] {
  const item = `${kind}/${name}`;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted(compareText);
  return fields.flatMap((field) => {
    if (canonicalJson(before[field] ?? null) === canonicalJson(after[field] ?? null)) return [];
    return diffField(kind, field, before[field], after[field]).map((change) => ({ item, ...change }));
  });
}

type Change = Omit<ReleaseChange, 'item'>;

function diffField(kind: DefinitionKind, field: string, before: unknown, after: unknown): Change[] {
  if (field === 'description' || field === 'title') return [textChange(field, before, after)];
  if (field === 'icons' || field === '_meta')
    return [{ kind: 'other', step: 'patch', text: `${field} changed` }];
  if (kind === 'tools') {
    if (field === 'inputSchema') return [inputChange(diffSchemas(before, after))];
    if (field === 'outputSchema') return [outputChange(before, after)];
    if (field === 'annotations') return diffAnnotations(before, after);
  }
  if (kind === 'prompts' && field === 'arguments') {
    return [inputChange(diffSchemas(argumentsSchema(before), argumentsSchema(after)))];
  }
  if (kind === 'resourceTemplates' && (field === 'name' || field === 'annotations')) {
    return [{ kind: 'other', step: 'patch', text: `${field} changed` }];
  }
  return [{ kind: 'other', step: 'major', text: `${field} changed` }];
}

function textChange(kind: 'description' | 'title', before: unknown, after: unknown): Change {
  const texts = {
    ...(typeof before === 'string' && { before }),
    ...(typeof after === 'string' && { after }),
  };
  const word = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return { kind, step: 'patch', text: `${kind} ${word}`, ...texts };
}

function inputChange({ relation, notes }: SchemaDiff): Change {
  const step: Step = relation === 'widened' ? 'minor' : isWording(relation) ? 'patch' : 'major';
  return { kind: 'input', step, text: `input ${relation}${placesOf(notes)}` };
}

/** Promising less breaks those who read results; a first promise breaks nobody. */
function outputChange(before: unknown, after: unknown): Change {
  if (before === undefined) return { kind: 'output', step: 'minor', text: 'output described' };
  if (after === undefined) return { kind: 'output', step: 'major', text: 'output no longer described' };
  const { relation, notes } = diffSchemas(before, after);
  const step: Step = relation === 'narrowed' ? 'minor' : isWording(relation) ? 'patch' : 'major';
  return { kind: 'output', step, text: `output ${relation}${placesOf(notes)}` };
}

function isWording(relation: SchemaRelation): boolean {
  return relation === 'same' || relation === 'reworded';
}

const maxPlaces = 8;

function placesOf(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  const more = notes.length > maxPlaces ? `; ${notes.length - maxPlaces} more` : '';
  return ` (${notes.slice(0, maxPlaces).join('; ')}${more})`;
}

/** What the protocol assumes if a hint is absent, and which value promises less and is therefore worse. */
const hints: Readonly<Record<string, { absent: boolean; worse: boolean }>> = {
  readOnlyHint: { absent: false, worse: false },
  destructiveHint: { absent: true, worse: true },
  idempotentHint: { absent: false, worse: false },
  openWorldHint: { absent: true, worse: true },
};

function diffAnnotations(before: unknown, after: unknown): Change[] {
  const [a, b] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted(compareText);
  return names.flatMap((name): Change[] => {
    const hint = Object.hasOwn(hints, name) ? hints[name] : undefined;
    const [old, next] = [a[name] ?? hint?.absent ?? null, b[name] ?? hint?.absent ?? null];
    if (canonicalJson(old) === canonicalJson(next)) return [];
    const text = hint ? `${name} ${String(old)} → ${String(next)}` : `annotation ${name} changed`;
    return [{ kind: 'annotation', step: !hint ? 'patch' : next === hint.worse ? 'major' : 'minor', text }];
  });
}

/** A prompt's arguments as the JSON schema of an object, so that they are compared like a tool's. */
function argumentsSchema(list: unknown): unknown {
  const items = (Array.isArray(list) ? list : []).filter(isRecord);
  return {
    properties: Object.fromEntries(items.map(({ name, required: _, ...rest }) => [String(name), rest])),
    required: items.filter((item) => item.required === true).map((item) => String(item.name)),
  };
}
