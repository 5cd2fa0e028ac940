import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A child process that is killed at the end of its scope if it is still running. */
export interface Child extends AsyncDisposable {
  /** What it prints, line by line. */
  readonly lines: AsyncIterator<string>;
  /** Kills it as `kill -9` does, and waits until it has ended. */
  kill(): Promise<void>;
}

/** Runs a program from its source, under `command` if given (`strace -f`). */
export function startProgram(program: URL, args: readonly string[], command: readonly string[] = []): Child {
  const [first = '', ...rest] = [
    ...command,
    process.execPath,
    '--conditions=lockstep-source',
    fileURLToPath(program),
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

/** Whether a process is running; zombies don't count. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return !/^\d+ \(.*\) Z/.test(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
