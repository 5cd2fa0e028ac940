import type { Environment } from '@lockstep/model';
import { parseTarget, permissionTable, printTarget, type Target } from '@lockstep/model/internal';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { chooseEnvironments, defaultConfig, loadProject, programPaths } from '../project/load.ts';
import { printItem, type ShownItem } from '../view/item.ts';

const examples = `
Prints what the lock says of one tool, prompt or resource template, as its server's author wrote it: description,
arguments, class, and whether a person has confirmed it; then what each environment decides on a call. Reads files only.

Examples:
  $ lockstep show files/write_file
  $ lockstep show files/write_file prod
  $ lockstep show everything/prompt:simple-prompt --json

Exit codes: 0 fine, 2 could not run.`;

interface Options {
  config: string;
  json?: boolean;
}

export function showCommand(context: CommandContext): Command {
  return new Command('show')
    .argument('<target>', 'server/tool, server/prompt:name or server/resource:template')
    .argument('[env...]', 'the environments to show (default: all)')
    .option('--config <file>', 'the program', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (target: string, names: string[], options: Options) => {
      const parsed = parseTarget(target);
      if (parsed === undefined)
        throw new Failure(`${target} names nothing; write server/tool, as in files/read_file.`);
      const paths = programPaths(options.config, context.cwd);
      const project = await context.progress('Reading the program', () => loadProject(paths, context.cwd));
      const items = itemsOf(parsed, chooseEnvironments(project.environments, names));
      if (options.json) return context.json(items);
      context.print(items.map((item) => printItem(item, context.paint)).join('\n\n'));
    });
}

/** The target as each release has it, with the environments that pin that release. */
function itemsOf(target: Target, environments: readonly Environment[]): ShownItem[] {
  const found = new Map<string, ShownItem>();
  for (const environment of environments) {
    const pinned = Object.hasOwn(environment.releases, target.server)
      ? environment.releases[target.server]
      : undefined;
    if (pinned === undefined) {
      const known = Object.keys(environment.servers).join(', ');
      throw new Failure(`${environment.name} has no server ${target.server}; there are ${known}.`);
    }
    const { label, release } = pinned;
    const among = { tool: release.tools, prompt: release.prompts, resource: release.resourceTemplates }[
      target.kind
    ];
    const locked = Object.hasOwn(among, target.name) ? among[target.name] : undefined;
    if (locked === undefined) continue;
    const entry = permissionTable(environment).entries.find((one) => one.target === printTarget(target));
    const item = found.get(label) ?? { target: printTarget(target), release: label, locked, decisions: {} };
    found.set(label, item);
    item.decisions[environment.name] = entry?.clauses ?? [];
  }
  if (found.size > 0) return [...found.values()];
  throw new Failure(
    `${target.server} offers no ${target.kind} ${target.name} in the releases that are pinned; \`lockstep ls ${target.server}\` lists what it offers.`,
  );
}
