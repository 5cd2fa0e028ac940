import { canonicalJson } from '../canonical.ts';
import { isRecord } from '../json.ts';
/**
 * How the set of values that a JSON schema accepts has changed. With `same` and `reworded`, it hasn't; `reworded`
 * means that only words differ. With `changed`, it is neither wider nor narrower, or nobody can say.
 */
export type SchemaRelation = 'same' | 'reworded' | 'widened' | 'narrowed' | 'changed';

/** A comparison of two schemas, with the places that differ. */
export interface SchemaDiff {
  readonly relation: SchemaRelation;
  /** The places that differ, as `/properties/path: narrowed`. */
  readonly notes: readonly string[];
}

/** Compares two JSON schemas (2020-12), conservatively: a keyword that isn't understood counts as `changed`. */
export function diffSchemas(before: unknown, after: unknown): SchemaDiff {
  const notes: string[] = [];
  const relation = compare(before, after, '', notes);
  return { relation, notes };
}

/** Keywords for people, which don't change what is accepted. */
const wording = ['title', 'description', '$comment', 'examples', 'deprecated'];

/** Paths longer than this aren't compared part by part, because servers' schemas aren't trusted. */
const maxPathLength = 1000;

function compare(before: unknown, after: unknown, path: string, notes: string[]): SchemaRelation {
  const [a, b] = [asObject(before), asObject(after)];
  if (canonicalJson(before) === canonicalJson(after)) return 'same';
  if (path.length > maxPathLength) return note(notes, path, 'changed');
  if (!a || !b)
    return note(notes, path, before === false ? 'widened' : after === false ? 'narrowed' : 'changed');
  const keywords = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
  return combine(
    keywords.map((keyword) => {
      if (canonicalOf(a[keyword]) === canonicalOf(b[keyword])) return 'same';
      return compareKeyword(keyword, a, b, path, notes);
    }),
  );
}

type Schema = Readonly<Record<string, unknown>>;

function compareKeyword(
  keyword: string,
  a: Schema,
  b: Schema,
  path: string,
  notes: string[],
): SchemaRelation {
  const [before, after] = [a[keyword], b[keyword]];
  const at = `${path}/${keyword}`;
  if (wording.includes(keyword)) return note(notes, at, 'reworded');
  switch (keyword) {
    case 'properties':
      return compareProperties(before, after, at, notes);
    case 'items':
    case 'additionalProperties':
    case 'propertyNames':
      return compare(before ?? true, after ?? true, at, notes);
    case 'anyOf':
      return compareBranches(before, after, at, notes);
    case '$defs':
    case 'definitions':
      return compareDefinitions(before, after, at, notes);
    case 'type':
      return note(notes, at, compareTypes(before, after));
    case 'enum':
      return note(notes, at, compareSets(before, after));
    case 'required':
      return note(notes, at, compareSets(after ?? [], before ?? []));
    case 'uniqueItems':
      return note(notes, at, after === true ? 'narrowed' : before === true ? 'widened' : 'changed');
    case 'const':
    case 'pattern':
    case 'format':
      return note(notes, at, before === undefined ? 'narrowed' : after === undefined ? 'widened' : 'changed');
    default:
      return note(notes, at, compareNumbers(keyword, before, after));
  }
}

/** A new optional property lets callers say more, and a removed one less, whatever else the schema lets through. */
function compareProperties(before: unknown, after: unknown, path: string, notes: string[]): SchemaRelation {
  const [a, b] = [asObject(before ?? {}), asObject(after ?? {})];
  if (!a || !b) return note(notes, path, 'changed');
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
  return combine(
    names.map((name) => {
      const at = `${path}/${name}`;
      if (!Object.hasOwn(a, name)) return note(notes, at, 'widened', 'added');
      if (!Object.hasOwn(b, name)) return note(notes, at, 'narrowed', 'removed');
      return compare(a[name], b[name], at, notes);
    }),
  );
}

function compareBranches(before: unknown, after: unknown, path: string, notes: string[]): SchemaRelation {
  if (!Array.isArray(before) || !Array.isArray(after)) return note(notes, path, 'changed');
  const sets = compareSets(before, after);
  if (sets !== 'changed' || before.length !== after.length) return note(notes, path, sets);
  return combine(before.map((branch, index) => compare(branch, after[index], `${path}/${index}`, notes)));
}

/** References to a definition aren't followed, so any real difference in one counts as a change. */
function compareDefinitions(before: unknown, after: unknown, path: string, notes: string[]): SchemaRelation {
  const relation = compareProperties(before, after, path, notes);
  return relation === 'same' || relation === 'reworded' ? relation : 'changed';
}

/** Combines the relations of the parts. */
function combine(relations: readonly SchemaRelation[]): SchemaRelation {
  const found = new Set(relations);
  if (found.has('changed') || (found.has('widened') && found.has('narrowed'))) return 'changed';
  return (['widened', 'narrowed', 'reworded'] as const).find((relation) => found.has(relation)) ?? 'same';
}

function note(
  notes: string[],
  path: string,
  relation: SchemaRelation,
  word: string = relation,
): SchemaRelation {
  if (relation !== 'same') notes.push(`${path === '' ? '/' : path}: ${word}`);
  return relation;
}

/**
 * `true` accepts the same as an empty schema. The result has no prototype, because a schema may have keys like `valueOf`
 * or `constructor`.
 */
function asObject(schema: unknown): Schema | undefined {
  const fields = schema === true || schema === undefined ? {} : schema;
  return isRecord(fields) ? Object.assign(Object.create(null) as object, fields) : undefined;
}

function canonicalOf(value: unknown): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}

/** Keywords that bound a number from below or from above. A higher lower bound accepts less. */
const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'];

const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];

/** Compares a bound; any other keyword counts as `changed`. */
function compareNumbers(keyword: string, before: unknown, after: unknown): SchemaRelation {
  const sign = lower.includes(keyword) ? 1 : upper.includes(keyword) ? -1 : 0;
  if (sign === 0) return 'changed';
  if (before === undefined) return 'narrowed';
  if (after === undefined) return 'widened';
  if (typeof before !== 'number' || typeof after !== 'number') return 'changed';
  return sign * (after - before) > 0 ? 'narrowed' : 'widened';
}

/** Compares lists of alternatives: `enum`, or schemas of `anyOf`. An absent list accepts everything. */
function compareSets(before: unknown, after: unknown): SchemaRelation {
  if (before === undefined) return 'narrowed';
  if (after === undefined) return 'widened';
  if (!Array.isArray(before) || !Array.isArray(after)) return 'changed';
  return compareTexts(before.map(canonicalJson), after.map(canonicalJson));
}

/** Compares `type`, which is a name or a list. Every integer is a number. An absent `type` accepts everything. */
function compareTypes(before: unknown, after: unknown): SchemaRelation {
  if (before === undefined) return 'narrowed';
  if (after === undefined) return 'widened';
  const names = (type: unknown) => {
    const list = (Array.isArray(type) ? type : [type]).map(String);
    return list.includes('number') ? [...list, 'integer'] : list;
  };
  return compareTexts(names(before), names(after));
}

function compareTexts(before: readonly string[], after: readonly string[]): SchemaRelation {
  const keepsAll = before.every((text) => after.includes(text));
  const addsNone = after.every((text) => before.includes(text));
  if (keepsAll) return addsNone ? 'reworded' : 'widened';
  return addsNone ? 'narrowed' : 'changed';
}
