import { relative } from 'node:path';
import { inChild } from '../project/in-child.ts';
import type { Assignment, Registered } from './program-child.ts';
import type { PulumiProject } from './pulumi-project.ts';
import { readStackConfig } from './stack-config.ts';

/** Seconds that a program may take. */
const timeoutSeconds = 300;

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
  const shown = relative(cwd, project.entry);
  return inChild<Registered>({
    script: new URL('./program-child', import.meta.url),
    args: [JSON.stringify(assignment)],
    program: project.entry,
    nodeArgs: project.nodeArgs,
    options: { cwd: project.folder, serialization: 'advanced' },
    timeoutSeconds,
    maxComplaintChars: 4000,
    tooLong: `${shown} didn't end within ${timeoutSeconds} seconds; look for what it waits for.`,
    ended: `${shown} ended before it was run`,
  });
}
