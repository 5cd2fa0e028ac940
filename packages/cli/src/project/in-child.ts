import { type ForkOptions, fork, type Serializable } from 'node:child_process';
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
export async function inChild<Answer>(run: ChildRun): Promise<Answer> {
  const answers: Answer[] = [];
  await converse<Answer>(run, undefined, (answer) => {
    answers.push(answer);
    return 'done';
  });
  return answers[0] as Answer;
}

/**
 * The same for a program that is told what to do in one message, once that is known, and gives several answers.
 *
 * @param hear takes an answer, and says whether it was the last. Each must come in time.
 * @throws Failure when an answer takes too long or the process ends before the last one; whatever keeps the message
 * from being known.
 */
export function converse<Answer>(
  run: ChildRun,
  message: Promise<unknown> | undefined,
  hear: (answer: Answer) => 'more' | 'done',
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
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
  const fail = (error: unknown) => {
    child.kill('SIGKILL');
    reject(error);
  };
  const timer = setTimeout(() => fail(new Failure(run.tooLong)), run.timeoutSeconds * 1000);
  message?.then((known) => {
    timer.refresh();
    // One that has ended already is told of below.
    child.send(known as Serializable, () => {});
  }, fail);
  child.on('message', (answer) => {
    timer.refresh();
    if (hear(answer as Answer) === 'done') resolve();
  });
  child.once('error', reject);
  child.once('close', () => {
    clearTimeout(timer);
    const why = complaint.split('\n').find((line) => /\w*Error\b/.test(line));
    reject(new Failure(`${run.ended}${why === undefined ? '' : `: ${why.trim()}`}.`));
  });
  return promise;
}
