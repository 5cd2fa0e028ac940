import { compareText, sha256 } from '@lockstep/model/internal';
import { stringify } from 'yaml';
import { groupOf, rankOf } from './kinds.ts';
import type { KubernetesObject } from './object.ts';

/** Fields that a person looks for first, in this order. */
const first = ['apiVersion', 'kind', 'metadata', 'name', 'namespace'];

/** The longest file name, without its folder, that every file system takes with room to spare. */
const maxNameLength = 200;

/**
 * Prints an object: always the same bytes for the same object, texts of several lines as they are read, so that one
 * changed line is one changed line.
 */
export function printObject(object: KubernetesObject): string {
  return stringify(object, {
    aliasDuplicateObjects: false,
    blockQuote: 'literal',
    // What parsers of the older YAML in clusters would take for a number or a truth value is quoted.
    compat: 'yaml-1.1',
    lineWidth: 0,
    sortMapEntries: (a, b) => compareKeys(textOf(a.key), textOf(b.key)),
  });
}

function textOf(key: unknown): string {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
}

function compareKeys(a: string, b: string): number {
  const [rankA, rankB] = [first.indexOf(a), first.indexOf(b)];
  if (rankA !== rankB) return (rankA < 0 ? first.length : rankA) - (rankB < 0 ? first.length : rankB);
  return compareText(a, b);
}

/** Prints what has kustomize apply these files, in this order. */
export function printKustomization(files: readonly string[]): string {
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    sortOptions: { order: 'fifo' },
    resources: [...files],
  });
}

/**
 * A file for each object, in the order in which they can be applied. A name says the object's place, kind and name;
 * the namespace and the group only where the rest leaves a doubt. So a new object renames no other file.
 */
export function filesOf(objects: readonly KubernetesObject[]): Map<string, string> {
  const named = objects.map((object) => ({ object, names: namesOf(object) }));
  const files = named.map(({ object, names }) => {
    const name = names.find((candidate, level) =>
      isAlone(
        candidate,
        named.map((other) => other.names[level] ?? ''),
      ),
    );
    return [`${name ?? names.at(-1)}.yaml`, printObject(object)] as const;
  });
  return new Map(files.toSorted(([a], [b]) => compareText(a, b)));
}

function isAlone(name: string, all: readonly string[]): boolean {
  return all.filter((other) => other === name).length === 1;
}

/** What a file could be called, from short to unmistakable. */
function namesOf({ apiVersion, kind, metadata }: KubernetesObject): string[] {
  const base = [rankOf({ apiVersion, kind }), kind, metadata.name].join('-');
  const inNamespace = [base, metadata.namespace ?? 'cluster'].join('.');
  const ofGroup = [inNamespace, groupOf(apiVersion) || 'core'].join('.');
  const exact = `${ofGroup}.${sha256([apiVersion, kind, metadata.namespace, metadata.name].join('|')).slice(-12)}`;
  return [base, inNamespace, ofGroup, exact].map(fileName);
}

function fileName(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
  return plain.length <= maxNameLength
    ? plain
    : `${plain.slice(0, maxNameLength - 13)}.${sha256(text).slice(-12)}`;
}
