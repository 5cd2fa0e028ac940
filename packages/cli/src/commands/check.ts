import { Command, Option } from 'commander';
import { type Change, printMarkdown } from '../check/markdown.ts';
import {
  compareRendered,
  type RenderedProject,
  readRendered,
  renderAt,
  renderProject,
} from '../check/objects.ts';
import { runChecks } from '../check/run-checks.ts';
import { printText } from '../check/text.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { environmentsAt } from '../plan/at-ref.ts';
import { compareEnvironments } from '../plan/compare.ts';
import { defaultConfig, type Project, programPaths } from '../project/load.ts';
import { defaultState } from '../project/state-folder.ts';
import { programOf } from '../render/pulumi-project.ts';

const examples = `
Runs every pre-merge check: environments and the examples of rules are consistent, each server still offers what the
lock says (this starts the servers), classes are confirmed, descriptions are there and distinct, schemas are strict,
names fit, and the Pulumi program can be rendered. Reports every finding, not only the first.

Examples:
  $ lockstep check
  $ lockstep check --offline                                 start no server
  $ lockstep check --against origin/main                     and show what the change does
  $ lockstep check --against origin/main --format markdown   as the comment of a pull request
  $ lockstep check --against HEAD^1 --base rendered          with objects that were rendered there

Exit codes: 0 fine, 1 findings, 2 could not run.`;

interface Options {
  format: 'text' | 'markdown' | 'json';
  against?: string;
  base?: string;
  offline?: boolean;
  config: string;
  state: string;
  json?: boolean;
}

type Say = (what: string) => void;

export function checkCommand(context: CommandContext): Command {
  return new Command('check')
    .addOption(
      new Option('--format <format>', 'how it is told').choices(['text', 'markdown', 'json']).default('text'),
    )
    .option('--against <git ref>', 'tell also what differs from this commit, branch or tag')
    .option(
      '--base <folder>',
      "what `render --all` wrote at that commit (default: rendered with today's packages)",
    )
    .option('--offline', "start no server and ask no registry: the lock isn't compared")
    .option('--config <file>', 'the program; the lock lies beside it', defaultConfig)
    .option('--state <folder>', 'the state folder, where packages are installed', defaultState)
    .option('--json', 'the same as --format json')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      if (options.base !== undefined && options.against === undefined) {
        throw new Failure('--base holds the objects of another commit; name that with --against.');
      }
      const paths = programPaths(options.config, context.cwd);
      await context.progress('Checking', async (say) => {
        const { offline = false, state } = options;
        const result = await runChecks(paths, { offline, state }, say, context);
        const objects = await rendered(result.project, say, context);
        const change = await changeOf(result.project, objects, options, say, context);
        const { project: _, ...shown } = result;
        const whole = {
          ...shown,
          checks: [...shown.checks, ...(objects === undefined ? [] : [objects.check])],
          advice: [...shown.advice, ...(objects?.advice ?? [])],
        };
        if (whole.checks.some(({ findings }) => findings.length > 0)) context.found();
        if (options.json || options.format === 'json') context.json({ ...whole, ...(change && { change }) });
        else if (options.format === 'markdown') context.print(printMarkdown(whole, change).trimEnd());
        else for (const line of printText(whole, change, context.paint)) context.print(line);
      });
    });
}

/** Nothing where no Pulumi program deploys the environments. */
async function rendered(
  project: Project | undefined,
  say: Say,
  { cwd }: CommandContext,
): Promise<RenderedProject | undefined> {
  const program = project && programOf(project, cwd);
  if (project === undefined || program === undefined) return undefined;
  say('Rendering the objects');
  return renderProject(program, Object.keys(project.environments), cwd);
}

async function changeOf(
  project: Project | undefined,
  objects: RenderedProject | undefined,
  { against, base }: Options,
  say: Say,
  { cwd }: CommandContext,
): Promise<Change | undefined> {
  if (against === undefined || project === undefined) return undefined;
  say(`Reading the program at ${against}`);
  const before = await environmentsAt(against, project);
  const names = Object.keys({ ...before, ...project.environments });
  const environments = compareEnvironments(before, project.environments, names);
  const program = programOf(project, cwd);
  if (program === undefined || objects === undefined) return { environments };
  say(`Rendering the objects at ${against}`);
  const then =
    base === undefined ? await renderAt(against, program, Object.keys(before)) : readRendered(base, cwd);
  return { environments, objects: compareRendered(then, objects.rendered) };
}
