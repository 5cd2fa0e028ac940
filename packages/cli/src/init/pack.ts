import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runNpm } from '../packages/npm.ts';
import { runTool } from '../packages/tool.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

/**
 * Builds a clone of Lockstep, and packs what would be published.
 *
 * @param only the packages to pack. Default: all that would be published.
 * @returns the path of each tarball, by the package's name.
 */
export async function packClone(
  clone: string,
  folder: string,
  only?: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const published = publishedIn(clone);
  await build(clone, [...published.keys()]);
  const chosen = [...published].filter(([, { name }]) => only?.includes(name) ?? true);
  await mkdir(folder, { recursive: true });
  const workspaces = chosen.flatMap(([path]) => ['--workspace', path]);
  await runNpm(['pack', '--pack-destination', folder, ...workspaces], clone, "npm can't pack Lockstep");
  return new Map(chosen.map(([, manifest]) => [manifest.name, join(folder, tarballName(manifest))]));
}

/** The manifest of every package that would be published, by its folder. */
function publishedIn(clone: string): ReadonlyMap<string, Manifest> {
  const found = readdirSync(join(clone, 'packages')).map((name): [string, Manifest] => {
    const folder = `packages/${name}`;
    return [folder, JSON.parse(readFileSync(join(clone, folder, 'package.json'), 'utf8'))];
  });
  return new Map(found.filter(([, manifest]) => manifest.private !== true));
}

async function build(clone: string, folders: readonly string[]): Promise<void> {
  // What an earlier build left under other names would be packed too.
  for (const folder of folders) {
    rmSync(join(clone, folder, 'dist'), { recursive: true, force: true });
    rmSync(join(clone, folder, 'tsconfig.tsbuildinfo'), { force: true });
  }
  const compiler = join(clone, 'node_modules/typescript/bin/tsc');
  await runTool(process.execPath, [compiler, '--build'], { cwd: clone, purpose: "Lockstep can't be built" });
}

/** As npm names what it packs. */
function tarballName({ name, version }: Manifest): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

/** Whether a folder is a clone of Lockstep, which has what it takes to pack it. */
export function isClone(folder: string): boolean {
  return existsSync(join(folder, 'scripts/pack.mjs')) && existsSync(join(folder, 'packages/cli/src'));
}
