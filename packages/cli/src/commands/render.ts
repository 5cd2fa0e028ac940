import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { refuseOtherFolder, writeFolder } from '../render/folder.ts';
import { findPulumiProject, type PulumiProject, stacksOf } from '../render/pulumi-project.ts';
import { renderStacks, type StackRendering } from '../render/render-stack.ts';
import { readStackConfig } from '../render/stack-config.ts';
import { countKinds, printRemarks, printRendering } from '../render/summary.ts';
import { printFinding } from '../view/phrases.ts';

const examples = `
Runs the Pulumi program as the stack of that name, without an engine, a login or a cluster, and writes the Kubernetes
objects that it declares: one file each, in the order in which they can be applied, and a kustomization.yaml. What an
earlier rendering wrote into the folder is removed, nothing else is. No secret is ever written. Where a value can't be
known without the cloud, its object is left out and named. A program that fails leaves the folder as it was.

Examples:
  $ lockstep render prod --out out
  $ kubectl apply --server-side -k out
  $ lockstep render --all --out rendered         each environment into a folder of its name
  $ lockstep render prod --program infra --out out

Exit codes: 0 fine, 1 something couldn't be rendered, 2 could not run.`;

interface Options {
  out: string;
  all?: boolean;
  program?: string;
  json?: boolean;
}

export function renderCommand(context: CommandContext): Command {
  return new Command('render')
    .argument('[env]', 'the environment: a stack of the program')
    .requiredOption('--out <folder>', 'the folder to write into')
    .option('--all', 'every stack that has a Pulumi.<stack>.yaml, each into a folder of its name')
    .option('--program <folder>', 'the folder of the Pulumi program (default: the nearest Pulumi.yaml)')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, options: Options) => {
      const project = requireProject(context, options.program);
      const targets = targetsOf(name, options, project);
      for (const { folder } of targets) refuseOtherFolder(resolve(context.cwd, folder), folder);
      const stacks = targets.map(({ stack }) => stack);
      for (const stack of stacks) readStackConfig(project, stack, context.cwd);
      const renderings = await context.progress(`Rendering ${stacks.join(', ')}`, () =>
        renderStacks(project, stacks, context.cwd),
      );
      const rendered: Record<string, object> = {};
      for (const { stack, folder } of targets) {
        const rendering = renderings.get(stack);
        if (rendering === undefined) continue;
        // What a program that fails has made so far isn't the environment: the last whole rendering stays.
        const files = rendering.failed
          ? []
          : writeFolder(resolve(context.cwd, folder), rendering.objects, folder);
        rendered[stack] = { folder, files, ...summaryOf(rendering) };
        tell(`${stack} in ${folder}`, rendering, options, context);
      }
      if (options.json) context.json({ environments: rendered });
    });
}

function requireProject(context: CommandContext, program: string | undefined): PulumiProject {
  const project = findPulumiProject(context.cwd, program);
  if (project !== undefined) return project;
  throw new Failure(
    `there is no Pulumi.yaml in ${program ?? 'this folder'} or above; name the program's folder with --program.`,
  );
}

function targetsOf(
  name: string | undefined,
  { all, out }: Options,
  project: PulumiProject,
): { stack: string; folder: string }[] {
  if ((name === undefined) === (all === undefined)) {
    throw new Failure(`name one environment, or have --all of them; the program has ${known(project)}.`);
  }
  if (name === undefined) return stacksOf(project).map((stack) => ({ stack, folder: join(out, stack) }));
  return [{ stack: name, folder: out }];
}

function known(project: PulumiProject): string {
  return stacksOf(project).join(', ') || 'no Pulumi.<stack>.yaml';
}

function summaryOf({ objects, ...rest }: StackRendering): object {
  return { counts: countKinds(objects), ...rest };
}

function tell(title: string, rendering: StackRendering, options: Options, context: CommandContext): void {
  const findings = [...rendering.problems, ...rendering.findings];
  if (findings.length > 0) context.found();
  if (options.json) return;
  if (rendering.failed) context.note(`${title}: nothing is written, since the program fails:`);
  else for (const line of printRendering(title, rendering)) context.print(line);
  for (const line of printRemarks(rendering)) context.note(line);
  for (const finding of findings) context.note(printFinding(finding));
}
