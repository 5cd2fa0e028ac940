import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Locks a folder for this process. The operating system holds the lock, on a small database of its own, so the lock
 * ends with the process, however that ends.
 *
 * @param owner who takes the lock, for its file name and the error: `gateway`.
 * @returns a function that releases the lock.
 * @throws Error with one sentence while another process holds the lock.
 */
export function lockFolder(folder: string, owner: string): () => void {
  const path = join(folder, `${owner}.lock`);
  createPrivateFile(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new Error(`Another ${owner} runs on ${folder}; stop it, or choose another state folder.`);
  }
  return () => lock.close();
}

/** SQLite's result code for "locked by somebody else". */
const busy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === busy;
}

/**
 * Creates an empty file with mode 0600 unless it exists. An existing file isn't even opened, because closing it would
 * release every lock that this process holds on it.
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
