import { execFile } from 'node:child_process';
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
        error.code === 'ENOENT' ? `${command} isn't installed` : reasonIn(stderr || stdout || error.message);
      reject(new Failure(`${options.purpose}: ${why}.`, { cause: error }));
    },
  );
  return promise;
}

function reasonIn(text: string): string {
  return unreachable(text) ?? lastWords(text);
}

/** What npm or pip couldn't reach, and why; neither puts that first. Undefined where the network isn't the reason. */
function unreachable(text: string): string | undefined {
  const npm = /request to (?<url>\S+) failed, reason: *(?<why>.*)/.exec(text)?.groups;
  if (npm !== undefined) {
    const { url = '', why = '' } = npm;
    const host = URL.canParse(url) ? new URL(url).host : url;
    return `the registry ${host} can't be reached (${why.trim() || /code (E\w+)/.exec(text)?.[1] || 'no reason given'}); connect to the network, or configure a registry that you can reach`;
  }
  const pip =
    /connection broken by '.*?(?:Failed to establish a new connection: (?:\[Errno -?\d+\] )?)(?<why>[^']+)'/.exec(
      text,
    )?.groups;
  if (pip === undefined) return undefined;
  return `its package index can't be reached (${pip.why}); connect to the network, or set PIP_INDEX_URL to an index that you can reach`;
}

/** The line of a tool's complaint that says most. */
function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^(npm (error|ERR!)|ERROR:|error:|fatal:|Error:)\s*/i, '').trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^(code |syscall |errno |A complete log|npm warn|time=\S+ level=(info|warning) )/i.test(line),
    );
  return (lines[0] ?? 'it gave no reason').replace(/\.$/, '');
}
