import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a folder for this process. The lock is the operating system's, on a small database of its own, so it goes with
 * the process however that ends.
 *
 * @param owner who takes it, as the lock is called and a sentence names it: `gateway`.
 * @returns how to let it go.
 * @throws Error in one sentence while another process has it.
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
 * Creates an empty file of mode 0600, unless there is one. An existing one isn't even opened: closing it would let
 * go every lock that this process holds on it.
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
