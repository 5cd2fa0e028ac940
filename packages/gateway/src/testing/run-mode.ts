import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How a mode of the image ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a mode of the image, from its source, until it ends by itself. */
export function runMode(
  argv: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<Ended> {
  const main = join(import.meta.dirname, '../pod/main.ts');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--conditions=lockstep-source', main, ...argv],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}
