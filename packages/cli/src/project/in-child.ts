import { type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { keepingCompiled } from '../kernel/compile-cache.ts';
import { Failure } from '../kernel/failure.ts';

/** Whether this runs from its TypeScript, as in development, or compiled. */
const fromSource = import.meta.url.endsWith('.ts');

/** How a program is run, and what is said where it gives no answer. */
interface ChildRun {
  /** The script that runs it: one of ours, without its ending. */
  readonly script: URL;
  readonly args: readonly string[];
  /** The program, by whose path compiled code is kept. */
  readonly program: string;
  /** What Node is started with beside our own. Default: nothing. */
  readonly nodeArgs?: readonly string[];
  readonly options?: Pick<ForkOptions, 'cwd' | 'serialization'>;
  /** Seconds that it may take. */
  readonly timeoutSeconds: number;
  /** Characters of what it complains of that are looked through for the reason. */
  readonly maxComplaintChars: number;
  /** What is said when it takes longer. */
  readonly tooLong: string;
  /** What is said when it ends without an answer, without a full stop. */
  readonly ended: string;
}

/**
 * Runs a person's program in a process of its own, so that nothing that it does reaches the command; its answer is
 * its first message.
 *
 * @throws Failure when it takes too long or ends without an answer.
 */
export function inChild<Answer>(run: ChildRun): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const child = fork(`${fileURLToPath(run.script)}.${fromSource ? 'ts' : 'js'}`, run.args, {
    ...run.options,
    execArgv: [
      ...(fromSource ? ['--conditions=lockstep-source'] : []),
      ...(run.nodeArgs ?? []),
      '--disable-warning=ExperimentalWarning',
    ],
    env: { ...keepingCompiled(run.program), ...process.env },
    // What the program prints is for people, and must not mix with the command's own answer.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.pipe(process.stderr, { end: false });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-run.maxComplaintChars);
  });
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Failure(run.tooLong));
  }, run.timeoutSeconds * 1000);
  child.once('message', (message) => resolve(message as Answer));
  child.once('error', reject);
  child.once('close', () => {
    clearTimeout(timer);
    const why = complaint.split('\n').find((line) => /\w*Error\b/.test(line));
    reject(new Failure(`${run.ended}${why === undefined ? '' : `: ${why.trim()}`}.`));
  });
  return promise;
}
