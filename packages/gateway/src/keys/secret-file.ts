import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Reads a secret, or creates it with mode 0600. If two processes create it at the same time, both get the one that
 * came first.
 *
 * @param create absent if the secret must exist already, as in a folder that secrets are mounted into.
 * @throws Error in one sentence if it can't be read, or if everybody can read it.
 */
export async function loadSecret(path: string, create: (() => Buffer) | undefined): Promise<Buffer> {
  const found = await readSecret(path);
  if (found !== undefined) return found;
  if (create === undefined) {
    throw new Error(
      `${path} is missing; make the keys with \`lockstep keys create\` and mount them as a Secret.`,
    );
  }
  await createSecret(path, create());
  const created = await readSecret(path);
  if (created === undefined) throw new Error(`${path} was removed while Lockstep created it; start again.`);
  return created;
}

/**
 * Writes a secret with mode 0600, whole and durable.
 *
 * @returns whether it was written; an existing file is never replaced.
 */
export async function createSecret(path: string, secret: Uint8Array): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(secret);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // A link appears whole or not at all, and never replaces a file.
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    return false;
  } finally {
    await rm(draft);
  }
  await syncFolder(dirname(path));
  return true;
}

/**
 * Reads a secret from its file, or through a link; undefined if there is none. The file may have group access, as a
 * pod's mounted files do.
 *
 * @throws Error in one sentence if it can't be read, or if everybody can read it.
 */
export async function readSecret(path: string): Promise<Buffer | undefined> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o007) !== 0 && process.platform !== 'win32') {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Error(
        `${path} can be read by everybody (mode ${octal}); run \`chmod 600 ${path}\`, or mount it with the defaultMode 0400.`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'EACCES')) throw new Error(`${path} can't be read by this user; change its owner.`);
    throw error;
  }
}

/** Retired secrets beside `path`: `root.key.1`, `root.key.2`, …, the latest first. */
export async function readRetired(path: string): Promise<Buffer[]> {
  const numbers = await retiredNumbers(path);
  const secrets = await Promise.all(
    numbers.toSorted((a, b) => b - a).map((number) => readSecret(`${path}.${number}`)),
  );
  return secrets.filter((secret) => secret !== undefined);
}

/**
 * Retires a secret: the next start creates a new one, and the old one can still read what it wrote.
 *
 * @returns the new path of the old one.
 */
export async function retireSecret(path: string): Promise<string> {
  const retired = `${path}.${Math.max(0, ...(await retiredNumbers(path))) + 1}`;
  await rename(path, retired);
  await syncFolder(dirname(path));
  return retired;
}

async function retiredNumbers(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d{0,5}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(join(path, '.'), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
