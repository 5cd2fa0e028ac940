import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that is in a bundle. */
interface Bundled {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * Which packages are in a bundle, and their licences word for word, as most of these demand.
 *
 * @param inputs the bundle's source files, from `root`.
 * @throws Error naming a package that says nothing about its licence: somebody has to look at it.
 */
export async function noticeOf(inputs: readonly string[], root: string): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []));
  const packages = await Promise.all([...folders].map((folder) => readPackage(join(root, folder))));
  const sections = packages
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
    .map(async (bundled) => `${heading(bundled)}\n\n${await licenceOf(bundled)}`);
  const intro =
    'Lockstep is under the Apache License 2.0, see LICENSE. It is bundled with these packages, each under its own licence.';
  return `${[intro, ...(await Promise.all(sections))].join('\n\n')}\n`;
}

/** The folder of the package that a file belongs to; none for our own. */
function packageFolder(path: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

async function readPackage(folder: string): Promise<Bundled> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Bundled;
  if (typeof license === 'string') return { folder, name, version, license };
  throw new Error(
    `${name} ${version} names no licence in its package.json; look it up before it is shipped.`,
  );
}

function heading({ name, version, license }: Bundled): string {
  const line = `${name} ${version} (${license})`;
  return `${line}\n${'-'.repeat(line.length)}`;
}

async function licenceOf({ folder, license }: Bundled): Promise<string> {
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.length > 0
    ? texts.map((text) => text.trim()).join('\n\n')
    : `The package has no file with its licence; it declares ${license}.`;
}
