import type { Source } from './schema.ts';

type NpmSource = Extract<Source, { type: 'npm' }>;

/** The arguments with which npm installs a locked tree. */
export const npmCiArguments = ['ci', '--omit=dev', '--omit-lockfile-registry-resolved'] as const;

/** Arguments with which npm runs nothing that a package brings along, and asks nobody but its registry. */
export const npmAlways = [
  ...['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
  // npm's own pauses between two attempts add up to more than a minute.
  ...['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-factor=2'],
] as const;

/** Which packages a project depends on, as its `package.json` says. */
export interface NpmDependencies {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The name of the project that npm is run in; nothing is called so. */
const projectName = 'lockstep-server';

/** The files of a project that installs exactly a locked tree, by name. */
export function npmProject(
  dependencies: NpmDependencies,
  packages: NpmSource['lockfile'],
): Readonly<Record<'package.json' | 'package-lock.json', string>> {
  const lock = { name: projectName, lockfileVersion: 3, requires: true, packages };
  return { 'package.json': npmManifest(dependencies), 'package-lock.json': JSON.stringify(lock) };
}

/** The manifest of such a project. */
export function npmManifest(dependencies: NpmDependencies): string {
  return JSON.stringify({ name: projectName, private: true, ...dependencies });
}

/** The paths of packages in a locked tree that npm would install without checking a hash. */
export function npmUnpinned({ lockfile }: NpmSource): string[] {
  return Object.entries(lockfile).flatMap(([path, { integrity, inBundle }]) =>
    // A bundled package comes with another one's archive.
    path === '' || inBundle === true || typeof integrity === 'string' ? [] : [path],
  );
}
