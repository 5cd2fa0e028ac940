import { canonicalJson } from '../canonical.ts';
import type { SchemaRelation } from './schema-diff.ts';

/** Keywords that bound a number from below, or from above: a higher lower bound accepts less. */
const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'];
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];

/** Compares a bound; a keyword that is none counts as `changed`. */
export function compareNumbers(keyword: string, before: unknown, after: unknown): SchemaRelation {
  const sign = lower.includes(keyword) ? 1 : upper.includes(keyword) ? -1 : 0;
  if (sign === 0) return 'changed';
  if (before === undefined) return 'narrowed';
  if (after === undefined) return 'widened';
  if (typeof before !== 'number' || typeof after !== 'number') return 'changed';
  return sign * (after - before) > 0 ? 'narrowed' : 'widened';
}

/** Compares lists of alternatives: `enum`, or schemas of `anyOf`. An absent list accepts everything. */
export function compareSets(before: unknown, after: unknown): SchemaRelation {
  if (before === undefined) return 'narrowed';
  if (after === undefined) return 'widened';
  if (!Array.isArray(before) || !Array.isArray(after)) return 'changed';
  return compareTexts(before.map(canonicalJson), after.map(canonicalJson));
}

/** Compares `type`, a name or a list; every integer is a number. An absent one accepts everything. */
export function compareTypes(before: unknown, after: unknown): SchemaRelation {
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
