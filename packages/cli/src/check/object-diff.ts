import { canonicalJson, compareText, quote, visible } from '@lockstep/model/internal';
import { diffArrays } from 'diff';
import type { KubernetesObject } from '../render/object.ts';
import { idOf } from '../render/render-stack.ts';
import { filesOf } from '../render/yaml.ts';

/** How one object differs between two renderings. */
export interface ObjectChange {
  /** `ConfigMap shop/rules`. */
  readonly object: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What differs in it; only where it changed. */
  readonly fields: readonly FieldChange[];
}

export interface FieldChange {
  /** As in `data["git.git_push"]`. */
  readonly field: string;
  /** JSON on one line, or of a text of several lines those that differ, as they are; absent where the field is new. */
  readonly before?: readonly string[];
  /** Absent where the field is gone. */
  readonly after?: readonly string[];
}

/** Characters of a value that are shown; what changed is within them. Most lines of a permission table fit. */
const maxValueLength = 120;

/** Lines of a text that are shown. */
const maxLines = 20;

/** Lines added and removed in one text beyond which it isn't compared line by line: the time grows with its square. */
const maxEdits = 2000;

/** Compares two renderings object by object, in the order in which they are applied. */
export function diffObjects(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): ObjectChange[] {
  const [old, next] = [byId(before), byId(after)];
  const changes = inOrder([...before, ...after]).flatMap((id): ObjectChange[] => {
    const [a, b] = [old.get(id), next.get(id)];
    if (a === undefined) return b === undefined ? [] : [{ object: titleOf(b), kind: 'added', fields: [] }];
    if (b === undefined) return [{ object: titleOf(a), kind: 'removed', fields: [] }];
    const fields = diffFields(a, b);
    return fields.length === 0 ? [] : [{ object: titleOf(a), kind: 'changed', fields }];
  });
  return changes;
}

function byId(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  return new Map(objects.map((object) => [idOf(object), object]));
}

/** Identities in the order of their files. */
function inOrder(objects: readonly KubernetesObject[]): string[] {
  const one = [...byId(objects)].map(([id, object]) => ({
    id,
    file: [...filesOf([object]).keys()][0] ?? '',
  }));
  return one.toSorted((a, b) => compareText(a.file, b.file)).map(({ id }) => id);
}

function titleOf({ kind, metadata }: KubernetesObject): string {
  const { name, namespace } = metadata;
  return visible(`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`);
}

function diffFields(before: unknown, after: unknown): FieldChange[] {
  const [old, next] = [leavesOf(before, ''), leavesOf(after, '')];
  return [...new Set([...old.keys(), ...next.keys()])].toSorted().flatMap((field): FieldChange[] => {
    const [a, b] = [old.get(field), next.get(field)];
    if (!old.has(field)) return [{ field, after: [excerpt(print(b), 0)] }];
    if (!next.has(field)) return [{ field, before: [excerpt(print(a), 0)] }];
    return print(a) === print(b) ? [] : [{ field, ...diffValues(a, b) }];
  });
}

function diffValues(a: unknown, b: unknown): Required<Omit<FieldChange, 'field'>> {
  if (typeof a === 'string' && typeof b === 'string' && [a, b].some(hasLines)) {
    const parts = diffArrays(a.split('\n'), b.split('\n'), { maxEditLength: maxEdits });
    if (parts !== undefined) {
      const before = parts.flatMap(({ removed, value }) => (removed ? value : [])).map(shownLine);
      const after = parts.flatMap(({ added, value }) => (added ? value : [])).map(shownLine);
      return { before: printLines(before, after), after: printLines(after, before) };
    }
  }
  const [old, next] = [print(a), print(b)];
  const from = differsFrom(old, next);
  return { before: [excerpt(old, from)], after: [excerpt(next, from)] };
}

function hasLines(text: string): boolean {
  return text.trimEnd().includes('\n');
}

function shownLine(line: string): string {
  return visible(line.trim());
}

/** As many lines as are shown, each around where it differs from the one that stands in its place. */
function printLines(lines: readonly string[], others: readonly string[]): string[] {
  const paired = lines.length === others.length;
  const shown = lines
    .slice(0, maxLines)
    .map((line, index) => excerpt(line, paired ? differsFrom(line, others[index] ?? '') : 0));
  return lines.length > maxLines ? [...shown, `… ${lines.length - maxLines} more lines`] : shown;
}

function print(value: unknown): string {
  return typeof value === 'string' ? quote(value) : canonicalJson((value ?? null) as never);
}

/** Every value by its path; empty objects and lists are values too. */
function leavesOf(value: unknown, path: string): Map<string, unknown> {
  const entries = childrenOf(value, path);
  if (entries.length === 0) return new Map([[path, value]]);
  return new Map(entries.flatMap(([at, item]) => [...leavesOf(item, at)]));
}

function childrenOf(value: unknown, path: string): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [`${path}[${index}]`, item]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, item]) => {
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return [`${path}[${quote(key)}]`, item];
    return [path === '' ? key : `${path}.${key}`, item];
  });
}

/** Where two texts begin to differ. */
function differsFrom(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

/** A part of a value that is too long, around what differs. */
function excerpt(text: string, from: number): string {
  if (text.length <= maxValueLength) return text;
  const start = Math.max(0, Math.min(from - 20, text.length - maxValueLength));
  const part = text.slice(start, start + maxValueLength);
  return `${start > 0 ? '…' : ''}${part}${start + maxValueLength < text.length ? '…' : ''}`;
}
