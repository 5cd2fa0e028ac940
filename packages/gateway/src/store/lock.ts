import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPrivateFile } from './private-file.ts';

/**
 * Takes the state folder for this process. The lock is the operating system's, on a small database of its own, so
 * it goes with the process however that ends.
 *
 * @returns how to let it go.
 * @throws Error in one sentence while another process has it.
 */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'gateway.lock');
  createPrivateFile(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new Error(`Another gateway runs on ${dataDir}; stop it, or choose another state folder.`);
  }
  return () => lock.close();
}

/** SQLite's result code for "locked by somebody else". */
const busy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === busy;
}
