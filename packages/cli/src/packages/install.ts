import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Source } from '@lockstep/model/internal';
import { codeOf } from '../kernel/failure.ts';
import { installNpm, type NpmSource, npmFolderName } from './npm.ts';
import { canShare, copyTree, fetchShared } from './npm-trees.ts';
import { installPypi, type PypiSource, pypiFolderName } from './pypi.ts';

/** A source that has to be installed before it runs. */
export type PackageSource = NpmSource | PypiSource;

export function isPackage(source: Source): source is PackageSource {
  return source.type === 'npm' || source.type === 'pypi';
}

/** Where a package is installed, or will be. */
export function packageFolder(source: PackageSource, packages: string): string {
  return join(packages, source.type === 'npm' ? npmFolderName(source) : pypiFolderName(source));
}

export function isInstalled(source: PackageSource, packages: string): boolean {
  return existsSync(packageFolder(source, packages));
}

/**
 * Installs a locked package once.
 *
 * @param project the folder of the program, whose `.npmrc` counts.
 * @returns its folder.
 */
export function install(source: PackageSource, packages: string, project: string): Promise<string> {
  return putTogether(packageFolder(source, packages), (aside) =>
    source.type === 'npm' ? installNpm(source, aside, project) : installPypi(source, aside),
  );
}

/** Packages that install at the same time: most of it is waiting for the registry. */
const maxParallelInstalls = 3;

/**
 * Installs locked packages that aren't there yet, side by side. Those from npm share one fetch.
 *
 * @param project the folder of the program, whose `.npmrc` counts.
 * @throws Failure naming what can't be installed.
 */
export async function installAll(
  sources: readonly PackageSource[],
  packages: string,
  project: string,
): Promise<void> {
  const trees = sources.filter((source) => source.type === 'npm').filter(canShare);
  const shared = new Set<PackageSource>(trees.length > 1 ? trees : []);
  const waiting = sources.filter((source) => !shared.has(source));
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await install(next, packages, project);
  };
  await Promise.all([
    shared.size > 0 && installTrees(trees, packages, project),
    ...Array.from({ length: maxParallelInstalls }, worker),
  ]);
}

async function installTrees(sources: readonly NpmSource[], packages: string, project: string): Promise<void> {
  const names = sources.map((source) => `${source.package} ${source.version}`).join(', ');
  await mkdir(packages, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(packages, '.fetching-'));
  try {
    const fetched = await fetchShared(sources, folder, project, `npm can't install ${names}`);
    for (const source of sources)
      await putTogether(packageFolder(source, packages), (aside) => copyTree(source, fetched, aside));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Fills a folder once. It is put together aside and then renamed, so that what is there is whole, also when two
 * commands fill the same one at once.
 *
 * @returns the folder.
 */
export async function putTogether(folder: string, fill: (aside: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(join(dirname(folder), '.installing-'));
  try {
    await fill(aside);
    await rename(aside, folder);
  } catch (error) {
    const code = codeOf(error);
    // Another command was faster.
    if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || !existsSync(folder)) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}
