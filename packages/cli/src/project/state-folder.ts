import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, Failure } from '../kernel/failure.ts';

/** Where Lockstep keeps what it needs, unless said otherwise. */
export const defaultState = '.lockstep';

/** The folders and files of one environment in the state folder. */
export interface EnvironmentFolders {
  readonly root: string;
  readonly data: string;
  readonly keys: string;
  /** A file for each secret, by its reference; nobody but their owner may read them. */
  readonly secrets: string;
  readonly bundle: string;
  readonly run: string;
  /** What the gateway logged, a JSON object a line. */
  readonly log: string;
  readonly socket: string;
  readonly workdir: string;
  readonly principals: string;
}

/** The state folder: what is installed, and one folder per environment. */
export interface StateFolder {
  readonly root: string;
  /** Installed packages, shared by environments, by the hash of their lock. */
  readonly packages: string;
  environment(name: string): EnvironmentFolders;
}

/** Names the folders, without touching the disk. */
export function stateFolder(state: string, cwd: string): StateFolder {
  const root = resolve(cwd, state);
  return {
    root,
    packages: join(root, 'packages'),
    environment: (name) => {
      const folder = join(root, name);
      return {
        root: folder,
        data: join(folder, 'data'),
        keys: join(folder, 'keys'),
        secrets: join(folder, 'secrets'),
        bundle: join(folder, 'bundle'),
        run: join(folder, 'run'),
        log: join(folder, 'log.jsonl'),
        socket: join(folder, 'run', 'gateway.sock'),
        workdir: join(folder, 'work'),
        principals: join(folder, 'principals'),
      };
    },
  };
}

/**
 * Makes the folder for its owner alone where it is missing, and sees that it can be used.
 *
 * @throws Failure naming the folder and what is wrong with it.
 */
export function openFolder(path: string, shown: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!statSync(path).isDirectory()) throw new Failure(notAFolder(shown));
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new Failure(notAFolder(shown), { cause: error });
    const why =
      code === 'EACCES' || code === 'EPERM' ? 'belongs to somebody else or denies you' : "can't be used";
    throw new Failure(
      `the state folder ${shown} ${why} (${code}); correct its permissions or choose another with --state.`,
      {
        cause: error,
      },
    );
  }
}

function notAFolder(shown: string): string {
  return `the state folder ${shown} is a file or lies below one; choose a folder with --state.`;
}
