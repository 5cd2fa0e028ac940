import { compareText, visible } from '@lockstep/model/internal';
import { countOf, printFinding } from '../view/phrases.ts';
import type { Rendering } from './render-stack.ts';

/** `2 ConfigMap, 1 Deployment`: how many objects of each kind. */
export function countKinds(objects: Rendering['objects']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => compareText(a, b)));
}

/** Counts in one line. */
export function printCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${visible(what)}`)
    .join(', ');
}

/** What was written, and what wasn't for a cluster. */
export function printRendering(title: string, { objects, others }: Rendering): string[] {
  const lines = [`${title}: ${countOf(objects.length, 'object')}`];
  if (objects.length > 0) lines.push(`  ${printCounts(countKinds(objects))}`);
  const elsewhere = Object.keys(others).length;
  if (elsewhere > 0) lines.push(`  not for a cluster, and so not written: ${printCounts(others)}`);
  return lines;
}

/** What a person has to know of it, one line each. */
export function printRemarks({ withheld, warnings }: Rendering): string[] {
  return [
    ...withheld.map(({ name, namespace, keys }) => {
      const where = namespace === undefined ? name : `${namespace}/${name}`;
      const wanted = keys.length === 0 ? '' : ` with ${keys.map(visible).join(', ')}`;
      return `Secret ${visible(where)} isn't written, since no secret is; have it in the cluster${wanted}.`;
    }),
    ...warnings.map(printFinding),
  ];
}
