import { closeSync, openSync } from 'node:fs';

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
