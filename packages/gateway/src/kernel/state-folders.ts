import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The gateway's own folders: one set per environment, private to the account. */
export interface StateFolders {
  readonly data: string;
  readonly keys: string;
  readonly run: string;
  /** What `${workdir}` stands for. */
  readonly work: string;
  readonly principals: string;
}

/**
 * Makes whichever of these folders are missing.
 *
 * @throws Error of the file system, for example if the folder can't be written.
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

/** The socket of the admin API, in the folder `run`. */
export const socketFile = 'gateway.sock';

/** The name of the folder for an isolation key; a key may contain any character. */
export function folderNameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

/** The folder that `${principaldir}` stands for: one per server and isolation key. */
export function principalFolder(folders: StateFolders, server: string, key: string): string {
  return join(folders.principals, server, folderNameOf(key));
}
