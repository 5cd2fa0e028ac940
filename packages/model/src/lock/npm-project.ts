import type { Source } from './schema.ts';

type NpmSource = Extract<Source, { type: 'npm' }>;
type Entry = NpmSource['lockfile'][string];

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
  locked: NpmSource['lockfile'],
): Readonly<Record<'package.json' | 'package-lock.json', string>> {
  const packages = Object.fromEntries(Object.entries(locked).map(([path, entry]) => [path, held(entry)]));
  const lock = { name: projectName, lockfileVersion: 3, requires: true, packages };
  return { 'package.json': npmManifest(dependencies), 'package-lock.json': JSON.stringify(lock) };
}

/** What no archive hashes to. */
const noArchive = `sha512-${Buffer.alloc(64).toString('base64')}`;

/**
 * A bundled package comes with another one's archive, so it has no hash of its own. If npm doesn't find it there, it
 * would take whatever the registry has. This hash makes it refuse that.
 */
function held(entry: Entry): Entry {
  return entry.inBundle === true ? { ...entry, integrity: noArchive } : entry;
}

/** The manifest of such a project. */
export function npmManifest(dependencies: NpmDependencies): string {
  return JSON.stringify({ name: projectName, private: true, ...dependencies });
}

/** The paths of packages in a locked tree that npm would install without checking a hash. */
export function npmUnpinned({ lockfile }: NpmSource): string[] {
  return Object.entries(lockfile).flatMap(([path, entry]) =>
    path === '' || entry.inBundle === true || isPinned(entry) ? [] : [path],
  );
}

/** Whether npm checks a hash. It skips one that it can't read, and those of folders and of Git. */
function isPinned({ integrity, resolved, link }: Entry): boolean {
  const isArchive = link !== true && (typeof resolved !== 'string' || /^https?:/.test(resolved));
  return isArchive && typeof integrity === 'string' && integrity.split(' ').every(isHash);
}

/** The lengths of hashes in bytes, by algorithm. npm has SHA-1 for what was published before 2017. */
const hashBytes: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

function isHash(text: string): boolean {
  const [, algorithm = '', hash = ''] = /^(sha\d+)-([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  return Buffer.from(hash, 'base64').length === hashBytes[algorithm];
}
