import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package in a bundle. */
interface Bundled {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * Lists the packages in a bundle with the full text of their licences, which most of them require.
 *
 * @param inputs the bundle's source files, as paths from `root`.
 * @throws Error naming a package that declares no licence: somebody has to look at it.
 */
export async function noticeOf(inputs: readonly string[], root: string): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []));
  const packages = await Promise.all([...folders].map((folder) => readPackage(join(root, folder))));
  const sections = packages
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
    .map(async (bundled) => `${heading(bundled)}\n\n${await licenceOf(bundled)}`);
  const intro =
    'Lockstep is under the Apache License 2.0, see LICENSE. These packages are bundled with it, each under its own licence.';
  return `${[intro, ...(await Promise.all(sections))].join('\n\n')}\n`;
}

/** The folder of the package that a file belongs to; undefined for our own files. */
function packageFolder(path: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

async function readPackage(folder: string): Promise<Bundled> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Bundled;
  if (typeof license === 'string') return { folder, name, version, license };
  throw new Error(
    `${name} ${version} declares no licence in its package.json; find out its licence before you ship it.`,
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
    : `The package has no licence file; it declares ${license}.`;
}
