import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Bundle } from '@lockstep/model/internal';

/**
 * Writes a bundle into a folder that a gateway may be watching: first every other file, then what is too many goes,
 * and `gateway.json` comes last, whole. A gateway that looks in between sees hashes that don't fit and stays as it is.
 */
export async function writeBundle(folder: string, { files }: Bundle): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [path, text] of files) if (path !== last) await replace(join(folder, path), text);
  for (const path of await filesUnder(folder)) {
    if (!files.has(relative(folder, path).split(sep).join('/'))) await rm(path, { force: true });
  }
  await replace(join(folder, last), files.get(last) ?? '');
}

const last = 'gateway.json';

/** Puts a file in place in one go. */
async function replace(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = join(dirname(path), `.${process.pid}.tmp`);
  await writeFile(aside, text, { mode: 0o600 });
  await rename(aside, path);
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}
