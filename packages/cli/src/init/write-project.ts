import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, Failure } from '../kernel/failure.ts';
import { version } from '../kernel/version.ts';

/** The project as it lies in the package; npm packs no `.gitignore`. */
const template = join(import.meta.dirname, '../../template');
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/** What the project is called in the template. */
const templateName = 'first-project';

const vendor = 'vendor';
const vendorNote = `- This build of Lockstep isn't published, so its packages are tarballs in \`${vendor}/\`. Commit them, too.\n`;

/**
 * Makes a folder where it is missing, and sees that a project can be written into it.
 *
 * @param shown the folder as a person gave it.
 * @throws Failure where something is there, or nothing can be written.
 */
export function makeRoom(folder: string, shown: string): void {
  const advice = 'name a new folder, or an empty one';
  let found: string[];
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    found = readdirSync(folder).filter((name) => name !== '.git');
  } catch (error) {
    const code = codeOf(error);
    const isFile = code === 'EEXIST' || code === 'ENOTDIR';
    const why = isFile ? 'is a file or lies below one' : `can't be written to (${code})`;
    throw new Failure(`${shown} ${why}; ${advice}.`, { cause: error });
  }
  if (found.length === 0) return;
  const more = found.length > 1 ? ` and ${found.length - 1} more` : '';
  throw new Failure(`${shown} isn't empty: it has ${found.toSorted()[0]}${more}; ${advice}.`);
}

/**
 * Writes a first project.
 *
 * @param tarballs the path of each of Lockstep's packages, by its name. Default: the project depends on this version.
 * @returns the files, relative to the folder.
 */
export function writeProject(folder: string, tarballs?: ReadonlyMap<string, string>): string[] {
  const name = nameOf(folder);
  const texts = new Map(
    filesUnder(template).map((path) => [
      renamed[path] ?? path,
      readFileSync(join(template, path), 'utf8').replaceAll(templateName, name),
    ]),
  );
  texts.set('package.json', withPackages(texts.get('package.json') ?? '', tarballs));
  if (tarballs !== undefined) texts.set('README.md', `${texts.get('README.md')}${vendorNote}`);
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { flag: 'wx' });
  }
  const copied = [...(tarballs?.values() ?? [])].map((tarball) => {
    mkdirSync(join(folder, vendor), { recursive: true });
    copyFileSync(tarball, join(folder, vendor, basename(tarball)));
    return join(vendor, basename(tarball));
  });
  return [...texts.keys(), ...copied].toSorted();
}

/** What npm and Pulumi take as a name, made of the folder's. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100);
  return name === '' ? templateName : name;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted();
}

/** package.json with Lockstep's own packages: by their tarballs, or in this command's version. */
function withPackages(text: string, tarballs: ReadonlyMap<string, string> | undefined): string {
  const manifest = JSON.parse(text) as { dependencies: Record<string, string> };
  const others = Object.entries(manifest.dependencies).filter(([name]) => !isOurs(name));
  const ours =
    tarballs === undefined
      ? Object.keys(manifest.dependencies)
          .filter(isOurs)
          .map((name) => [name, version])
      : [...tarballs].map(([name, path]) => [name, `file:${vendor}/${basename(path)}`]);
  const dependencies = Object.fromEntries([...ours, ...others].toSorted());
  return `${JSON.stringify({ ...manifest, dependencies }, null, 2)}\n`;
}

function isOurs(name: string): boolean {
  return name.startsWith('@lockstep/');
}
