import { fork } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepingCompiled } from '../compile-cache.ts';
import { Failure } from '../failure.ts';
import type { Assignment, Registered } from './evaluate.ts';
import type { PulumiProject } from './pulumi-project.ts';
import { readStackConfig } from './stack-config.ts';

/** Seconds that a program may take. */
const patience = 300;

/** Whether this runs from its TypeScript, as in development, or compiled. */
const fromSource = import.meta.url.endsWith('.ts');

/**
 * Runs a program as one stack, in a child process, without an engine: what it registers, and what kept it from it.
 *
 * @param cwd the folder that paths in messages are relative to.
 * @throws Failure where its configuration can't be read or the process ends.
 */
export async function runProgram(project: PulumiProject, stack: string, cwd: string): Promise<Registered> {
  const assignment: Assignment = {
    entry: project.entry,
    project: project.name,
    stack,
    config: readStackConfig(project, stack, cwd),
    typescript: project.typescript,
    base: cwd,
  };
  const { promise, resolve, reject } = Promise.withResolvers<Registered>();
  const script = fileURLToPath(new URL(`./evaluate.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const child = fork(script, [JSON.stringify(assignment)], {
    cwd: project.folder,
    execArgv: [
      ...(fromSource ? ['--conditions=lockstep-source'] : []),
      ...project.nodeArgs,
      '--disable-warning=ExperimentalWarning',
    ],
    env: { ...keepingCompiled(project.entry), ...process.env },
    serialization: 'advanced',
    // What the program prints is for people, and must not mix with the command's own answer.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const shown = relative(cwd, project.entry);
  child.stdout?.pipe(process.stderr, { end: false });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Failure(`${shown} didn’t end within ${patience} seconds; look for what it waits for.`));
  }, patience * 1000);
  child.once('message', (message) => resolve(message as Registered));
  child.once('error', reject);
  child.once('close', () => {
    clearTimeout(timer);
    const why = complaint.split('\n').find((line) => /\w*Error\b/.test(line));
    reject(new Failure(`${shown} ended before it was run${why === undefined ? '' : `: ${why.trim()}`}.`));
  });
  return promise;
}
