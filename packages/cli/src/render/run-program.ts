import { relative } from 'node:path';
import { Failure, findingsOf, sentenceOf } from '../kernel/failure.ts';
import { converse } from '../project/in-child.ts';
import type { Message } from './program-child.ts';
import type { PulumiProject } from './pulumi-project.ts';
import type { Program, Registered, StackRun } from './run-stack.ts';
import { readStackConfig } from './stack-config.ts';

/** Seconds that a program may take for one stack. */
const timeoutSeconds = 300;

/**
 * Runs a program without an engine: what it registers as each stack, and what kept it from it. One child process runs
 * stack after stack, since loading Pulumi's SDKs takes longer than running the program. What goes wrong in one stack
 * is told of that stack; where it ends or blocks the process, each of the rest is run in a process of its own.
 *
 * @param stacks which they are; the process is started while they are still awaited.
 * @param cwd the folder that paths in messages are relative to.
 */
export async function runProgram(
  project: PulumiProject,
  stacks: Promise<readonly string[]> | readonly string[],
  cwd: string,
): Promise<ReadonlyMap<string, Registered>> {
  const found = new Map<string, Registered>();
  let waiting: readonly StackRun[] = [];
  const runs = Promise.resolve(stacks).then((names) => {
    waiting = names.flatMap((stack) => {
      try {
        return [{ stack, config: readStackConfig(project, stack, cwd) }];
      } catch (error) {
        found.set(stack, failedWith(error));
        return [];
      }
    });
    return waiting;
  });
  try {
    await converse<Message>(childOf(project, cwd), runs, (message) => {
      if (message === 'finished') return 'done';
      found.set(message.stack, message.registered);
      waiting = waiting.filter(({ stack }) => stack !== message.stack);
      return 'more';
    });
  } catch (error) {
    const [culprit, ...others] = waiting;
    if (culprit === undefined) throw error;
    found.set(culprit.stack, failedWith(error));
    waiting = others;
  }
  const alone = await Promise.all(waiting.map(({ stack }) => runProgram(project, [stack], cwd)));
  return new Map([...found, ...alone.flatMap((one) => [...one])]);
}

function childOf(project: PulumiProject, cwd: string): Parameters<typeof converse>[0] {
  const program: Program = {
    entry: project.entry,
    project: project.name,
    typescript: project.typescript,
    base: cwd,
  };
  const shown = relative(cwd, project.entry);
  return {
    script: new URL('./program-child', import.meta.url),
    args: [JSON.stringify(program)],
    program: project.entry,
    nodeArgs: project.nodeArgs,
    options: { cwd: project.folder, serialization: 'advanced' },
    timeoutSeconds,
    maxComplaintChars: 4000,
    tooLong: `${shown} didn't end within ${timeoutSeconds} seconds; look for what it waits for.`,
    ended: `${shown} ended before it was run`,
  };
}

/** @throws what was thrown, unless it is meant for people. */
function failedWith(error: unknown): Registered {
  if (!(error instanceof Failure)) throw error;
  const problems = findingsOf(error) ?? [{ path: '', message: sentenceOf(error) }];
  return { resources: [], problems, failed: true };
}
