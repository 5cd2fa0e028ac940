import { execFile } from 'node:child_process';
import { reasonOfTool } from '@lockstep/model/internal';
import { Failure } from '../kernel/failure.ts';

/** How a tool of the host (npm, pip, git, podman) is run. */
interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it was run for, as the beginning of a sentence: `npm can't install x`. */
  readonly purpose: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a tool of the host and returns what it printed.
 *
 * @throws Failure with the purpose and the tool's own last words.
 */
export function runTool(command: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(
    command,
    args,
    {
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.env !== undefined && { env: options.env }),
      ...(options.signal !== undefined && { signal: options.signal }),
      maxBuffer: 256 * 1024 * 1024,
    },
    (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const why =
        error.code === 'ENOENT'
          ? `${command} isn't installed`
          : reasonOfTool(stderr || stdout || error.message);
      reject(new Failure(`${options.purpose}: ${why}.`, { cause: error }));
    },
  );
  return promise;
}
