import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { compareText } from '@lockstep/model/internal';
import { z } from 'zod';
import { Failure, sentenceOf } from '../failure.ts';

const reference = z
  .string()
  .regex(/@sha256:[0-9a-f]{64}$/, 'must be a reference with a digest (name@sha256:…)');
const listSchema = z.record(z.string(), reference);

/** References with digests by entry: `gateway`, or a server and the label of its release. */
export type ImageList = Readonly<Record<string, string>>;

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
