import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runNpm } from '@lockstep/cli/internal';

/** The npm that the image has, by integrity: a package with a lockfile of its own. */
const pinned = join(import.meta.dirname, 'npm');

/** Installs npm below a folder, for pods that install packages when they start. The base has Node alone. */
export async function addNpm(folder: string): Promise<void> {
  const home = join(folder, 'npm');
  await mkdir(home);
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await cp(join(pinned, name), join(home, name));
  await runNpm(['ci'], home, "the image's npm can't be installed");
  // The image needs no manual, and what npm notes of its installation names this machine's registry.
  const spare = [
    'node_modules/npm/docs',
    'node_modules/npm/man',
    'node_modules/.package-lock.json',
    '.npmrc',
  ];
  for (const path of spare) await rm(join(home, path), { recursive: true, force: true });
}
