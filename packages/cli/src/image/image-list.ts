import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { compareText } from '@lockstep/model/internal';
import { z } from 'zod';
import type { CommandContext } from '../kernel/context.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { Produced } from './produce.ts';

const reference = z
  .string()
  .regex(/@sha256:[0-9a-f]{64}$/, 'must be a reference with a digest (name@sha256:…)');
const listSchema = z.record(z.string(), reference);

/** References with digests by entry: `gateway`, or a server and the label of its release. */
type ImageList = Readonly<Record<string, string>>;

/**
 * Reads `images.json`; one that doesn't exist yet is empty.
 *
 * @param base the folder that paths in messages are relative to.
 * @throws Failure naming the entry that is no reference with a digest.
 */
export function readImages(path: string, base: string): ImageList {
  if (!existsSync(path)) return {};
  const shown = relative(base, path) || path;
  try {
    const parsed = listSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Failure(`${shown}: ${issue?.path.join('.') || 'the list'} ${issue?.message}.`);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${shown} can't be read: ${sentenceOf(error)}; restore it from Git.`, { cause: error });
  }
}

/** Writes new entries into `images.json`, in one go; the others stay. */
export function recordImages(path: string, entries: ImageList, base: string): void {
  const all = Object.entries({ ...readImages(path, base), ...entries }).toSorted(([a], [b]) =>
    compareText(a, b),
  );
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
  renameSync(aside, path);
}

/** Writes down what a cluster can be given, and prints all of it. */
export function reportImages(
  images: readonly Produced[],
  { list, json }: { list: string; json: boolean },
  context: CommandContext,
): void {
  const entries = Object.fromEntries(
    images.flatMap(({ entry, reference }) => (reference === undefined ? [] : [[entry, reference]])),
  );
  const isRecorded = Object.keys(entries).length > 0;
  if (isRecorded) recordImages(list, entries, context.cwd);
  if (json) context.json({ images, ...(isRecorded && { recorded: list }) });
  else for (const { entry, reference, tag } of images) context.print(`${entry} ${reference ?? tag}`);
  if (isRecorded) context.note(`Written into ${shortPath(list, context.cwd)}.`);
  else if (images.length > 0) {
    context.note(
      'They only lie on this machine; --push sends them to a registry and writes their digests down.',
    );
  }
}

function shortPath(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') ? path : fromHere;
}
