import { createHash } from 'node:crypto';
import { chmod, lstat, lutimes, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a tree the same wherever it was put together: readable by everybody whatever the umask was, and all of it
 * dated at the beginning of 1970.
 */
export async function normaliseTree(folder: string): Promise<void> {
  for await (const { path, status } of walk(folder)) {
    if (!status.isSymbolicLink())
      await chmod(path, isProgram(status) || status.isDirectory() ? 0o755 : 0o644);
    await lutimes(path, 0, 0);
  }
}

/** The SHA-256 of a tree's paths, modes and contents, in hexadecimal digits. Dates don't count. */
export async function treeDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  // No path and no link's target holds a NUL, so that no two trees read the same.
  const note = (kind: string, path: string, content: string) => hash.update(`${kind}\0${path}\0${content}\0`);
  for await (const { path, status } of walk(folder)) {
    const shown = path.slice(folder.length);
    if (status.isSymbolicLink()) note('link', shown, await readlink(path));
    else if (status.isDirectory()) note('folder', shown, '');
    else note(isProgram(status) ? 'program' : 'file', shown, await fileDigest(path));
  }
  return hash.digest('hex');
}

type Status = Awaited<ReturnType<typeof lstat>>;

/** Everything in a folder, itself first, in an order that is always the same. */
async function* walk(path: string): AsyncGenerator<{ path: string; status: Status }> {
  const status = await lstat(path);
  yield { path, status };
  if (!status.isDirectory()) return;
  for (const name of (await readdir(path)).sort()) yield* walk(join(path, name));
}

function isProgram(status: Status): boolean {
  return status.isFile() && (Number(status.mode) & 0o100) !== 0;
}

async function fileDigest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
