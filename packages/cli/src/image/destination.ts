import { dirname, join, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { openArchives } from './archive.ts';
import type { Destination } from './produce.ts';

/** Where the command line wants images, and the list that says so. */
export interface Whereto {
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
export function destinationOf({ push, archive }: Whereto, cwd: string): Destination {
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
