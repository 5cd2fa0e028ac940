import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '@lockstep/model';
import { codeOf } from '../failure.ts';
import { installNpm, type NpmSource, npmFolderName } from './npm.ts';
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
 * Installs a locked package once. It is put together aside and then renamed, so that what is there is whole, also
 * when two commands install the same one at once.
 *
 * @param project the folder of the program, whose `.npmrc` counts.
 * @returns its folder.
 */
export async function install(source: PackageSource, packages: string, project: string): Promise<string> {
  const folder = packageFolder(source, packages);
  if (existsSync(folder)) return folder;
  await mkdir(packages, { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(join(packages, '.installing-'));
  try {
    if (source.type === 'npm') await installNpm(source, aside, project);
    else await installPypi(source, aside);
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
