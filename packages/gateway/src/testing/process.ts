import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A child process that is killed with its scope, if it still runs. */
export interface Child extends AsyncDisposable {
  /** What it prints, line by line. */
  readonly lines: AsyncIterator<string>;
  /** Kills it as `kill -9` does, and waits for its end. */
  kill(): Promise<void>;
}

/** Runs a program of this folder from its source, under `command` if given (`strace -f`). */
export function startProgram(name: string, args: readonly string[], command: readonly string[] = []): Child {
  const program = new URL(name, import.meta.url).pathname;
  const [first = '', ...rest] = [
    ...command,
    process.execPath,
    '--conditions=lockstep-source',
    program,
    ...args,
  ];
  const child = spawn(first, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = () => killAndWait(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { lines, kill, [Symbol.asyncDispose]: kill };
}

async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
