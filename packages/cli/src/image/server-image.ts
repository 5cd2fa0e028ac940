import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { imageEntry, type Source, sourceId } from '@lockstep/model/internal';
import { isPackage, type PackageSource, packageFolder, putTogether } from '../packages/install.ts';
import { installNpm } from '../packages/npm.ts';
import type { Engine } from './engine.ts';
import type { Platform } from './platform.ts';
import { type ImageDestination, type Produced, produce } from './produce.ts';
import { normaliseTree } from './tree.ts';
import { installVenv } from './venv.ts';

/** A release of a server that an image is made of. */
export interface ServerRelease {
  readonly server: string;
  readonly label: string;
  readonly source: Source;
}

/** What all images of one run have in common. */
interface ServerImageOptions {
  /** The gateway's image. */
  readonly base: string;
  /** The folder of `<server>.Containerfile`s. */
  readonly containerfiles: string;
  /** The folder that packages are installed into. */
  readonly packages: string;
  /** The folder of the program, whose `.npmrc` counts. */
  readonly project: string;
  readonly platform: Platform;
  /** The Python interpreter in the images of PyPI servers. */
  readonly python: string;
  readonly epoch: number;
  readonly engine: Engine;
  readonly destination: ImageDestination;
}

/** Nothing is run while it is built, so that the base needs no shell. */
const layer = 'ARG BASE\nFROM ${BASE}\nCOPY . /server/\n';

/** Whether a server runs from an image that is made here: packages do, and what a Containerfile describes. */
export function hasOwnImage({ server, source }: ServerRelease, containerfiles: string): boolean {
  return isPackage(source) || (source.type === 'command' && existsSync(recipeOf(server, containerfiles)));
}

/**
 * Makes the image of one release: the gateway's image, or what `<server>.Containerfile` makes of it, and over it the
 * locked tree of a package in `/server`.
 */
export async function serverImage(release: ServerRelease, options: ServerImageOptions): Promise<Produced> {
  const { server, label, source } = release;
  const { containerfiles, platform, epoch, engine, destination } = options;
  const common = {
    entry: imageEntry(server, label),
    repository: `mcp-${server}`,
    version: label,
    labels: {
      'org.opencontainers.image.title': `MCP server ${server}`,
      'org.opencontainers.image.version': label,
      'dev.lockstep.source': sourceId(release, label),
    },
    platform: platform.name,
    epoch,
  };
  const containerfile = recipeOf(server, containerfiles);
  const fromRecipe = {
    ...common,
    context: containerfiles,
    containerfile,
    args: { GATEWAY: options.base },
  };
  if (!isPackage(source)) return produce(fromRecipe, engine, destination);
  const base = existsSync(containerfile)
    ? (await produce({ ...fromRecipe, repository: `base-${server}` }, engine, { type: 'store' })).tag
    : options.base;
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-image-'));
  try {
    const recipe = join(folder, 'Containerfile');
    await writeFile(recipe, layer);
    const context = await serverTree(source, options);
    return await produce(
      { ...common, context, containerfile: recipe, args: { BASE: base } },
      engine,
      destination,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function recipeOf(server: string, containerfiles: string): string {
  return join(containerfiles, `${server}.Containerfile`);
}

/** Installs what lies in `/server`, once for each platform and interpreter. */
async function serverTree(source: PackageSource, options: ServerImageOptions): Promise<string> {
  const { packages, project, platform, python } = options;
  const installed = packageFolder(source, packages);
  const variant = [platform.name.replace('/', '-'), ...(source.type === 'pypi' ? [basename(python)] : [])];
  return putTogether(
    join(dirname(installed), 'images', variant.join('-'), basename(installed)),
    async (aside) => {
      if (source.type === 'npm') await installNpm(source, aside, project, platform.npm);
      else await installVenv(source, aside, platform, python);
      await normaliseTree(aside);
    },
  );
}
