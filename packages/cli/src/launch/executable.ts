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
  const found = candidates(command, cwd, env).find(isExecutable);
  return found === undefined ? undefined : realpathSync(found);
}

/** Why {@link findExecutable} finds nothing, as a clause with what to do about it. */
export function whyNotFound(...where: Parameters<typeof findExecutable>): string {
  const found = candidates(...where).find(isFile);
  if (found !== undefined) return `${found} isn't executable; run \`chmod +x ${found}\``;
  return `\`${where[0]}\` isn't found on this host; install it, or correct the path`;
}

function candidates(...[command, cwd, env]: Parameters<typeof findExecutable>): string[] {
  return isAbsolute(command) || command.includes('/')
    ? [resolve(cwd, command)]
    : (env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', command));
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
