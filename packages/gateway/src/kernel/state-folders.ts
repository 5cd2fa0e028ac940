import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a gateway keeps what is its own; one folder per environment, readable by nobody else. */
export interface StateFolders {
  readonly data: string;
  readonly keys: string;
  readonly run: string;
  /** `${workdir}` of the servers. */
  readonly work: string;
  readonly principals: string;
}

/**
 * Makes the folders of a state folder where they are missing.
 *
 * @throws Error of the file system, as when the folder can't be written.
 */
export async function prepareState(folder: string): Promise<StateFolders> {
  const folders = {
    data: join(folder, 'data'),
    keys: join(folder, 'keys'),
    run: join(folder, 'run'),
    work: join(folder, 'work'),
    principals: join(folder, 'principals'),
  };
  for (const path of [folder, ...Object.values(folders)]) await mkdir(path, { recursive: true, mode: 0o700 });
  return folders;
}

/** Names the folder of an isolation key; keys may hold anything. */
export function folderNameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

/** `${principaldir}`: the folder that a server has for one isolation key. */
export function principalFolder(folders: StateFolders, server: string, key: string): string {
  return join(folders.principals, server, folderNameOf(key));
}
