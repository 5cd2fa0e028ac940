import type { Environment } from '@lockstep/model';
import { makeBundle, permissionTable } from '@lockstep/model/internal';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { sentenceOf } from '../kernel/failure.ts';
import { parseNames } from '../kernel/names.ts';
import { environmentsAt } from '../plan/at-ref.ts';
import { compareEnvironments, type EnvironmentChange, printChanges } from '../plan/compare.ts';
import { printSummary, type ResourceSummary, summariseResources } from '../plan/resources.ts';
import {
  chooseEnvironments,
  defaultConfig,
  loadProject,
  type ProgramPaths,
  programPaths,
} from '../project/load.ts';
import { programOf } from '../render/pulumi-project.ts';
import { printMatrix } from '../view/permissions.ts';
import { countUnconfirmed, unconfirmed } from '../view/unconfirmed.ts';
import { noteUnknownRoles } from '../view/unknown-roles.ts';

const examples = `
Shows what agents may do with every tool, prompt and resource in each environment, as the gateway would decide it, and
checks the examples of rules. With --against, shows only what a change does to the permissions and to the servers' own
definitions. Reads files only, and starts no server. If there is a Pulumi program beside the environments, runs it
without an engine to count what it would deploy.

Examples:
  $ lockstep plan                          every environment, side by side
  $ lockstep plan prod --roles writer      as it looks to holders of a role
  $ lockstep plan --against origin/main    what this branch changes
  $ lockstep plan prod --json

Exit codes: 0 also when something changes, 2 could not run.`;

interface Options {
  config: string;
  against?: string;
  roles?: string;
  resources: boolean;
  json?: boolean;
}

export function planCommand(context: CommandContext): Command {
  return new Command('plan')
    .argument('[env...]', 'the environments to show (default: all)')
    .option('--against <git ref>', 'show only what differs from the program at this commit, branch or tag')
    .option('--roles <roles>', 'show what holders of these roles may do (separated by commas)')
    .option('--no-resources', 'leave out what the Pulumi program would deploy')
    .option('--config <file>', 'the program', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (names: string[], options: Options) => {
      const paths = programPaths(options.config, context.cwd);
      await context.progress('Reading the program', async (say) => {
        if (options.against === undefined) return showPlan(paths, names, options, say, context);
        const project = await loadProject(paths, context.cwd);
        say(`Reading the program at ${options.against}`);
        const before = await environmentsAt(options.against, paths);
        const known = { ...before, ...project.environments };
        const chosen = chooseEnvironments(known, names).map(({ name }) => name);
        showChanges(compareEnvironments(before, project.environments, chosen), options, context);
      });
    });
}

async function showPlan(
  paths: ProgramPaths,
  names: readonly string[],
  options: Options,
  say: (what: string) => void,
  context: CommandContext,
): Promise<void> {
  const chosen = loadProject(paths, context.cwd).then((project) =>
    chooseEnvironments(project.environments, names),
  );
  // The program's process loads Pulumi's SDKs meanwhile.
  const counted = options.resources ? countResources(paths, chosen, context) : undefined;
  const environments = await chosen;
  const roles = options.roles === undefined ? undefined : parseNames(options.roles);
  const unknown = noteUnknownRoles(environments, roles ?? []);
  if (unknown !== undefined) context.note(unknown);
  if (!options.json) showPermissions(environments, roles, context);
  if (counted !== undefined) say('Counting what would be deployed');
  const summary = await counted;
  if (options.json) context.json({ environments: jsonOf(environments), ...summary });
  else if (summary !== undefined) for (const line of printSummary(summary)) context.print(line);
}

function jsonOf(environments: readonly Environment[]): object {
  const entries = environments.map((environment) => [
    environment.name,
    {
      profile: environment.profile,
      bundle: makeBundle(environment).digest,
      releases: Object.fromEntries(
        Object.entries(environment.releases).map(([server, { label }]) => [server, label]),
      ),
      permissions: permissionTable(environment).entries,
    },
  ]);
  return Object.fromEntries(entries);
}

function showPermissions(
  environments: readonly Environment[],
  roles: readonly string[] | undefined,
  context: CommandContext,
): void {
  const { paint, columns } = context;
  context.print(printMatrix(environments, { ...(roles && { roles }), paint, columns }));
  const waiting = environments.flatMap(({ releases }) =>
    Object.entries(releases).flatMap(([server, { release }]) => unconfirmed(server, release)),
  );
  const line = countUnconfirmed(waiting);
  if (line !== undefined) context.note(line);
}

/** What would be deployed; a program that can't be run keeps nobody from seeing the permissions. */
async function countResources(
  paths: ProgramPaths,
  environments: Promise<readonly Environment[]>,
  context: CommandContext,
): Promise<ResourceSummary | undefined> {
  try {
    const program = programOf(paths, context.cwd);
    return program && (await summariseResources(program, environments, context.cwd));
  } catch (error) {
    // Environments that can't be read end the command by themselves.
    const read = await environments.then(Boolean, () => false);
    if (read) context.note(`What would be deployed can't be counted: ${sentenceOf(error)}`);
    return undefined;
  }
}

function showChanges(changes: readonly EnvironmentChange[], options: Options, context: CommandContext): void {
  if (options.json) context.json({ against: options.against, changes });
  else if (changes.length === 0) context.print(`Nothing changes against ${options.against}.`);
  else for (const line of printChanges(changes)) context.print(line);
}
