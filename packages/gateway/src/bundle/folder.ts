import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Deployment } from '@lockstep/model/internal';

/** A bundle in a folder. Names that start with a dot are left out, because Kubernetes uses them. */
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

/** In a projected volume, the entries beside `..data` are links to files and folders. */
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

/** The content of a source at one moment. */
export interface BundleSnapshot {
  /** The bundle's files by their path in the bundle. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the servers are. Absent if the host runs them itself, as a laptop does. */
  readonly deployment?: Deployment;
}

/** Where a gateway reads its bundle, at start and whenever it changes. */
export interface BundleSource {
  /** @throws Error in one sentence, or ConfigurationError, if it can't be read whole. */
  read(): Promise<BundleSnapshot>;
  /**
   * A value that changes with `gateway.json` and the deployment and, if the source can tell, with any other file.
   * Cheap, since it is read once a second.
   */
  stamp(): Promise<string>;
  /** Seconds in which a change may arrive in parts before that counts as a fault. Default: 0. */
  readonly partsTimeoutSeconds?: number;
}
