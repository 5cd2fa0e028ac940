import { clausesFor, matchesGlob, permissionTable, printClause, visible } from '@lockstep/model/internal';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { parseNames } from '../kernel/names.ts';
import { chooseEnvironments, defaultConfig, loadProject, programPaths } from '../project/load.ts';
import { printColumns } from '../view/table.ts';
import { noteUnknownRoles } from '../view/unknown-roles.ts';

const examples = `
Prints what an environment decides on each tool, prompt and resource, and the rule or profile that says so, named after
the \`#\`. The gateway tries the clauses of one item from top to bottom, and the first that applies decides. Reads files
only.

Examples:
  $ lockstep why prod                                what anybody may do
  $ lockstep why prod --roles writer                 what an agent with this role may do
  $ lockstep why prod 'files/*' git/git_push         only these

Exit codes: 0 fine, 2 could not run.`;

interface Options {
  roles?: string;
  config: string;
  json?: boolean;
}

export function whyCommand(context: CommandContext): Command {
  return new Command('why')
    .argument('<env>', 'the environment')
    .argument('[target...]', 'only what matches one of these, such as files/* (default: everything)')
    .option('--roles <roles>', 'what holders of these roles may do, separated by commas (default: no roles)')
    .option('--config <file>', 'the program', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (name: string, targets: string[], options: Options) => {
      const paths = programPaths(options.config, context.cwd);
      const project = await context.progress('Reading the program', () => loadProject(paths, context.cwd));
      const [environment] = chooseEnvironments(project.environments, [name]);
      if (environment === undefined) return;
      const roles = parseNames(options.roles ?? '');
      const unknown = noteUnknownRoles([environment], roles);
      if (unknown !== undefined) context.note(unknown);
      const items = permissionTable(environment)
        .entries.filter(({ target }) => targets.length === 0 || matchesGlob(targets, target))
        .map((entry) => ({ ...entry, clauses: clausesFor(entry.clauses, roles) }));
      if (items.length === 0) {
        if (targets.length === 0) return context.print(`${name} offers nothing.`);
        throw new Failure(
          `${name} has nothing that matches ${targets.join(', ')}; \`lockstep ls\` lists its servers.`,
        );
      }
      if (options.json) return context.json(items);
      const { paint, columns, print } = context;
      const rows = items.flatMap((item) =>
        item.clauses.map((clause, index) => [
          index === 0 ? visible(item.target) : '',
          index === 0 ? item.class : '',
          visible(printClause(clause)),
        ]),
      );
      print(printColumns(['what', 'class', 'decision # because of'].map(paint.bold), rows, columns));
    });
}
