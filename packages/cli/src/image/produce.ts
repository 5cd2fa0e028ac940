import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { canonicalJson, sha256 } from '@lockstep/model/internal';
import { Failure } from '../kernel/failure.ts';
import { type Archives, archiveName, openArchives } from './archive.ts';
import type { Engine, ImageBuild } from './engine.ts';
import { treeDigest } from './tree.ts';

/** What an image is made of. */
export interface ImageRequest extends Omit<ImageBuild, 'tag'> {
  /** Its entry in `images.json`. */
  readonly entry: string;
  /** The last part of its name: `gateway`, `mcp-files`. */
  readonly repository: string;
  /** Of what is in it; the tag begins with it. */
  readonly version: string;
}

/** Where images go: to a registry, into a folder of archives, or nowhere but the engine's own store. */
export type ImageDestination =
  | { readonly type: 'registry'; readonly prefix: string }
  | { readonly type: 'archives'; readonly archives: Archives }
  | { readonly type: 'store' };

/** An image that is there. */
export interface Produced {
  readonly entry: string;
  /** What the engine calls it: a base for others. */
  readonly tag: string;
  /** With its digest, for clusters; absent where it only lies in the engine's store. */
  readonly reference?: string;
  /** The file in the folder of archives. */
  readonly archive?: string;
}

/** The name under which images are kept where they aren't pushed. */
const localPrefix = 'localhost/lockstep';

/**
 * Builds an image and sends it where it belongs. Here its tag holds a hash of all that went into it; in a registry, of
 * what came of it, so that one with immutable tags takes it, and takes the same one twice.
 */
export async function produce(
  request: ImageRequest,
  engine: Engine,
  destination: ImageDestination,
): Promise<Produced> {
  const { entry, repository } = request;
  const content = await contentOf(request);
  const version = tagSafe(request.version);
  const tag = `${localPrefix}/${repository}:${version}-${content.slice(0, 12)}`;
  const build = () => engine.build({ ...request, tag });
  switch (destination.type) {
    case 'store':
      await build();
      return { entry, tag };
    case 'registry': {
      await build();
      const name = `${destination.prefix}/${repository}`;
      const digest = await engine.push(tag, `${name}:${version}-${shortId(await engine.idOf(tag))}`);
      return { entry, tag, reference: `${name}@${digest}` };
    }
    case 'archives': {
      const { archives } = destination;
      // Others may be built on it, so it must be in the engine's store too.
      const isStored = (await engine.idOf(tag)) !== undefined;
      if (!isStored) await build();
      const digest =
        (isStored ? archives.find(content) : undefined) ?? (await archives.add(content, engine, tag, tag));
      return {
        entry,
        tag,
        reference: `${localPrefix}/${repository}@${digest}`,
        archive: archiveName(digest),
      };
    }
  }
}

/** A hash of all that goes into an image. */
async function contentOf(request: ImageRequest): Promise<string> {
  const { context, containerfile, args, labels, platform, epoch, entry } = request;
  const tree = await treeDigest(context);
  const recipe = await readFile(containerfile, 'utf8');
  return sha256(canonicalJson({ entry, tree, recipe, args, labels, platform, epoch })).slice(
    'sha256:'.length,
  );
}

/** The first digits of an image's id. */
function shortId(id = ''): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** A tag may hold fewer characters than a release's label. */
function tagSafe(label: string): string {
  return label
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[.-]/, '_')
    .slice(0, 100);
}

/** Where the command line wants images, and the list that says so. */
interface Whereto {
  /** The registry and the first part of the names, such as `registry.example.com/mcp`. */
  readonly push?: string | undefined;
  /** A folder for OCI archives. */
  readonly archive?: string | undefined;
  /** The list. Default: `images.json` beside the archives, or beside the program. */
  readonly images?: string | undefined;
  /** The program. */
  readonly config: string;
}

/** @throws Failure when two places are asked for, or a prefix is none. */
export function destinationOf({ push, archive }: Whereto, cwd: string): ImageDestination {
  if (push !== undefined && archive !== undefined) {
    throw new Failure('--push and --archive are two places for the same images; give one.');
  }
  if (push !== undefined) {
    if (!/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(push)) {
      throw new Failure(
        `--push ${push} must be a registry and a prefix in small letters, such as registry.example.com/mcp.`,
      );
    }
    return { type: 'registry', prefix: push };
  }
  if (archive !== undefined) return { type: 'archives', archives: openArchives(resolve(cwd, archive)) };
  return { type: 'store' };
}

/** The path of `images.json`. */
export function imagesFile({ images, archive, config }: Whereto, cwd: string): string {
  if (images !== undefined) return resolve(cwd, images);
  return join(archive === undefined ? dirname(resolve(cwd, config)) : resolve(cwd, archive), 'images.json');
}
