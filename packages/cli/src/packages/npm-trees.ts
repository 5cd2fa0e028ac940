// Installs several locked trees by one run of npm. Trees of servers have most packages in common, and starting npm and
// unpacking take longest, so each package is fetched and unpacked once and then copied into every tree that has it.
import { cpSync, existsSync } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { npmUnpinned } from '@lockstep/model/internal';
import { z } from 'zod';
import { type NpmSource, npmCi } from './npm.ts';

/** What a lock says of one package that comes from a registry. */
const entrySchema = z.object({
  name: z.string().optional(),
  version: z.string(),
  integrity: z.string(),
  optional: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  dev: z.boolean().optional(),
  bin: z.record(z.string(), z.string()).optional(),
  os: z.json().optional(),
  cpu: z.json().optional(),
  libc: z.json().optional(),
  /** It comes from elsewhere: Git, a file, an address. */
  resolved: z.undefined().optional(),
  link: z.undefined().optional(),
});
type Entry = z.infer<typeof entrySchema>;

/** Whether everything in a tree comes from a registry and is held to its integrity, so that others can share it. */
export function canShare(source: NpmSource): boolean {
  const { '': _, ...packages } = source.lockfile;
  return (
    npmUnpinned(source).length === 0 &&
    Object.values(packages).every((entry) => entrySchema.safeParse(entry).success)
  );
}

/** A folder with the packages of several trees, each under the name that stands for its integrity. */
export interface SharedPackages {
  readonly folder: string;
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Fetches every package of these trees into an empty folder. npm checks each against the integrity in the lock, and
 * leaves out the optional ones that are for other platforms. Nothing that a package brings along is run.
 *
 * @param purpose what npm was run for, as the beginning of a sentence.
 */
export async function fetchShared(
  sources: readonly NpmSource[],
  folder: string,
  project: string,
  purpose: string,
): Promise<SharedPackages> {
  const entries = sources.flatMap((source) => entriesOf(source).map(([path, entry]) => ({ path, entry })));
  const required = new Set(
    entries.filter(({ entry }) => !entry.optional).map(({ entry }) => entry.integrity),
  );
  const names = new Map<string, string>();
  const dependencies: Record<string, string> = {};
  const optionalDependencies: Record<string, string> = {};
  const packages: NpmSource['lockfile'] = {};
  for (const { path, entry } of entries) {
    const { version, integrity } = entry;
    if (names.has(integrity)) continue;
    const alias = `package-${names.size}`;
    names.set(integrity, alias);
    const name = entry.name ?? nameIn(path);
    const optional = !required.has(integrity);
    (optional ? optionalDependencies : dependencies)[alias] = `npm:${name}@${version}`;
    const platforms = Object.entries(entry).filter(([key]) => ['os', 'cpu', 'libc'].includes(key));
    packages[`node_modules/${alias}`] = {
      ...Object.fromEntries(platforms),
      ...{ name, version, integrity, optional },
    };
  }
  const root = { dependencies, optionalDependencies };
  await npmCi(root, { '': root, ...packages }, folder, project, purpose);
  return { folder: join(folder, 'node_modules'), names };
}

/** Puts a tree together in an empty folder, as its lock says and as npm would. */
export async function copyTree(
  source: NpmSource,
  { folder, names }: SharedPackages,
  to: string,
): Promise<void> {
  for (const [path, { integrity, bin = {} }] of entriesOf(source)) {
    const from = join(folder, names.get(integrity) ?? '');
    const target = join(to, path);
    // It is for another platform, or in something that is.
    if (!existsSync(from) || !existsSync(join(to, parentOf(path)))) continue;
    await mkdir(dirname(target), { recursive: true });
    // One package at a time takes milliseconds; a copy that waits for each file takes ten times the processor.
    cpSync(from, target, { recursive: true });
    for (const [name, script] of Object.entries(bin)) await linkProgram(to, path, name, join(target, script));
  }
}

/** What a tree has to hold, folders before what is nested in them. What is bundled comes with its bundle. */
function entriesOf(source: NpmSource): [string, Entry][] {
  const { '': _, ...packages } = source.lockfile;
  return Object.entries(packages)
    .map(([path, entry]): [string, Entry] => [path, entrySchema.parse(entry)])
    .filter(([, { inBundle, dev }]) => inBundle !== true && dev !== true)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Makes a program of a package runnable and links it into `.bin`. */
async function linkProgram(tree: string, path: string, name: string, script: string): Promise<void> {
  const folder = join(tree, parentOf(path), 'node_modules/.bin');
  const link = join(folder, name);
  if (!existsSync(script) || existsSync(link)) return;
  await chmod(script, 0o755);
  await mkdir(folder, { recursive: true });
  await symlink(relative(folder, script), link);
}

/** The folder whose `node_modules` a package is in. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('node_modules/'));
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
