import { effectiveClass } from '../access-class.ts';
import { canonicalJson } from '../canonical.ts';
import { sortedSet } from '../order.ts';
import type { DefinitionKind } from './definition.ts';
import { diffDefinition } from './definition-diff.ts';
import type { ReleaseChange, ReleaseDiff, VersionStep } from './release-change.ts';
import type { LockedTool, Release } from './schema.ts';
import { pinOf } from './source.ts';

/** Compares two releases of one server by what matters to its users and reviewers. */
export function diffReleases(before: Release, after: Release): ReleaseDiff {
  const changes = [
    ...diffSource(before, after),
    ...diffTexts('instructions', before.instructions?.text, after.instructions?.text),
    ...diffCapability('resources', before.resources, after.resources),
    ...diffCapability('completions', before.completions, after.completions),
    ...diffIgnored(before, after),
    ...diffItems('tools', before, after),
    ...diffItems('prompts', before, after),
    ...diffItems('resourceTemplates', before, after),
  ];
  return { changes, step: stepOf(changes) };
}

/** The largest step of all changes. */
function stepOf(changes: readonly ReleaseChange[]): VersionStep {
  const steps = new Set(changes.map((change) => change.step));
  return (['major', 'minor', 'patch'] as const).find((step) => steps.has(step)) ?? 'none';
}

function diffItems(kind: DefinitionKind, before: Release, after: Release): ReleaseChange[] {
  const [old, next] = [new Map(Object.entries(before[kind])), new Map(Object.entries(after[kind]))];
  return sortedSet([...old.keys(), ...next.keys()]).flatMap((name): ReleaseChange[] => {
    const item = `${kind}/${name}`;
    const [a, b] = [old.get(name), next.get(name)];
    if (!a) return b ? [{ item, kind: 'added', step: 'minor', text: `added${classNote(b)}` }] : [];
    if (!b) return [{ item, kind: 'removed', step: 'major', text: 'removed' }];
    const changes = a.digest === b.digest ? [] : diffDefinition(kind, name, a.definition, b.definition);
    return [...changes, ...diffClass(item, a, b)];
  });
}

function diffClass(item: string, before: object, after: object): ReleaseChange[] {
  if (!isTool(before) || !isTool(after)) return [];
  const [a, b] = [effectiveClass(before), effectiveClass(after)];
  if (a === b) return [];
  const why = before.reviewed && !after.reviewed ? ' (nobody has confirmed it yet)' : '';
  return [{ item, kind: 'class', step: 'major', text: `class ${a} → ${b}${why}` }];
}

function classNote(item: object): string {
  return isTool(item) ? ` (${effectiveClass(item)}${item.reviewed ? '' : ', not confirmed'})` : '';
}

function isTool(item: object): item is LockedTool {
  return 'reviewed' in item;
}

function diffSource(before: Release, after: Release): ReleaseChange[] {
  if (canonicalJson(before.source) === canonicalJson(after.source)) return [];
  const [a, b] = [pinOf(before.source), pinOf(after.source)];
  const text = a === b ? `${a}: its contents changed` : `${a} → ${b}`;
  return [{ item: 'source', kind: 'source', step: 'patch', text }];
}

function diffTexts(
  item: 'instructions',
  before: string | undefined,
  after: string | undefined,
): ReleaseChange[] {
  if (before === after) return [];
  const text = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const texts = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  return [{ item, kind: 'instructions', step: 'patch', text, ...texts }];
}

function diffCapability(name: string, before: boolean, after: boolean): ReleaseChange[] {
  if (before === after) return [];
  const step = after ? 'minor' : 'major';
  return [
    { item: 'server', kind: 'capability', step, text: after ? `now has ${name}` : `no longer has ${name}` },
  ];
}

/** What is left out of digests can change unnoticed, so reviewers must see changes to that list. */
function diffIgnored(before: Release, after: Release): ReleaseChange[] {
  const noted = (pointers: string[], what: string) =>
    pointers.length === 0 ? [] : [`${sortedSet(pointers).join(', ')} ${what}`];
  return [
    ...noted(missingFrom(before.ignore, after.ignore), 'left out of digests'),
    ...noted(missingFrom(after.ignore, before.ignore), 'in digests again'),
  ].map((text) => ({ item: 'server', kind: 'ignored', step: 'major', text }));
}

function missingFrom(list: readonly string[], other: readonly string[]): string[] {
  return other.filter((text) => !list.includes(text));
}
