import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Finds an executable by its path, or by its name on PATH; its real path. */
export function findExecutable(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const candidates =
    isAbsolute(command) || command.includes('/')
      ? [resolve(cwd, command)]
      : (env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', command));
  const found = candidates.find(isExecutable);
  return found === undefined ? undefined : realpathSync(found);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Arguments that are files which the executable would run or read: the lock doesn't pin those. */
export function unpinnedFiles(args: readonly string[], cwd: string): string[] {
  return args.filter((arg) => !arg.startsWith('-') && /[./]/.test(arg) && isFile(resolve(cwd, arg)));
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
