import { relative } from 'node:path';
import type { Context } from '../context.ts';
import { recordImages } from './image-list.ts';
import type { Produced } from './produce.ts';

/** Writes down what a cluster can be given, and prints all of it. */
export function tellImages(
  images: readonly Produced[],
  { list, json }: { list: string; json: boolean },
  context: Context,
): void {
  const entries = Object.fromEntries(
    images.flatMap(({ entry, reference }) => (reference === undefined ? [] : [[entry, reference]])),
  );
  const isRecorded = Object.keys(entries).length > 0;
  if (isRecorded) recordImages(list, entries, context.cwd);
  if (json) context.json({ images, ...(isRecorded && { recorded: list }) });
  else for (const { entry, reference, tag } of images) context.print(`${entry} ${reference ?? tag}`);
  if (isRecorded) context.note(`Written into ${shown(list, context.cwd)}.`);
  else if (images.length > 0) {
    context.note(
      'They only lie on this machine; --push sends them to a registry and writes their digests down.',
    );
  }
}

function shown(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') ? path : fromHere;
}
