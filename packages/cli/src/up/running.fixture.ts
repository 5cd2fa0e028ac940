import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { main, type Project } from '../project.fixture.ts';

/** `lockstep up` in a process of its own, with what it has written so far. */
export interface RunningUp {
  readonly process: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** Waits for something that it does; fails when it ends instead. */
  until(condition: () => boolean): Promise<void>;
}

/** Starts it on a free port, and waits until it tells that it is up. */
export async function startUp(project: Project, ...args: string[]): Promise<RunningUp> {
  const { KUBECONFIG: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['--conditions=lockstep-source', main, 'up', '--port', '0', ...args],
    { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const up = {
    process: child,
    stdout: '',
    stderr: '',
    async until(condition: () => boolean) {
      while (!condition()) {
        if (child.exitCode !== null) throw new Error(`it ended: ${up.stdout}${up.stderr}`);
        await sleep(20);
      }
    },
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    up.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    up.stderr += text;
  });
  await up.until(() => up.stdout.includes('Ctrl-C stops it'));
  return up;
}
