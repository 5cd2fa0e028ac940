import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Deployment } from '@lockstep/model/internal';

/** A bundle in a folder. Names that start with a dot are left out: Kubernetes keeps its own there. */
export function bundleFolder(folder: string): BundleSource {
  return {
    stamp: () => readFile(join(folder, 'gateway.json'), 'utf8'),
    async read() {
      const paths = await filesUnder(folder);
      const texts = await Promise.all(
        paths.map(async (path) => [keyOf(folder, path), await readFile(path, 'utf8')] as const),
      );
      return { files: new Map(texts) };
    },
  };
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => {
        const path = join(folder, entry.name);
        return entry.isFile() || entry.isSymbolicLink() ? readLink(path) : filesUnder(path);
      }),
  );
  return found.flat();
}

/** In a projected volume the entries beside `..data` are links, to files and to folders. */
async function readLink(path: string): Promise<string[]> {
  try {
    return await filesUnder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}

function keyOf(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** What a source holds at one moment. */
export interface BundleSnapshot {
  /** The bundle's files, by their path in it. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the servers are. Absent: the host finds out by itself, as a laptop does. */
  readonly deployment?: Deployment;
}

/** Where a gateway's bundle comes from, now and whenever it changes. */
export interface BundleSource {
  /** @throws Error in one sentence, or ConfigurationError, when it can't be read whole. */
  read(): Promise<BundleSnapshot>;
  /**
   * Something that differs whenever `gateway.json` or the deployment does, and where it can be told any other file;
   * cheap, since it is asked once a second.
   */
  stamp(): Promise<string>;
  /** Seconds in which a change may be there only in part before that counts as a fault. Default: 0. */
  readonly partsTimeoutSeconds?: number;
}
