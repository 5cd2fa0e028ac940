import type { Environment } from '@lockstep/model';
import { compareText, sourceId, visible } from '@lockstep/model/internal';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { chooseEnvironments, defaultConfig, loadProject, programPaths } from '../project/load.ts';
import { printColumns } from '../view/table.ts';
import { unconfirmed } from '../view/unconfirmed.ts';

const examples = `
Without an argument, lists the servers: where each comes from and which release each environment pins. With a server,
lists what its pinned releases offer. Reads files only; \`lockstep status\` says how a running gateway does.

Examples:
  $ lockstep ls
  $ lockstep ls files
  $ lockstep ls --json

Exit codes: 0 fine, 2 could not run.`;

interface Options {
  config: string;
  json?: boolean;
}

export function lsCommand(context: CommandContext): Command {
  return new Command('ls')
    .argument('[server]', 'list what this server offers')
    .option('--config <file>', 'the program', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (server: string | undefined, options: Options) => {
      const paths = programPaths(options.config, context.cwd);
      const project = await context.progress('Reading the program', () => loadProject(paths, context.cwd));
      const environments = chooseEnvironments(project.environments, []);
      const { head, rows } = server === undefined ? servers(environments) : offered(server, environments);
      if (options.json) {
        return context.json(
          rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index]]))),
        );
      }
      context.print(printColumns(head.map(context.paint.bold), rows, context.columns));
    });
}

interface Listing {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A line per release of a server, with the environments that pin it. */
function servers(environments: readonly Environment[]): Listing {
  const rows = new Map<string, { readonly cells: readonly string[]; readonly names: string[] }>();
  for (const { name, releases } of environments) {
    for (const [server, { label, release }] of Object.entries(releases)) {
      const waiting = unconfirmed(server, release).length;
      const tools = String(Object.keys(release.tools).length);
      const cells = [
        server,
        label,
        visible(sourceId(release, label)),
        tools,
        waiting === 0 ? '' : String(waiting),
      ];
      const row = rows.get(`${server}@${label}`) ?? { cells, names: [] };
      row.names.push(name);
      rows.set(`${server}@${label}`, row);
    }
  }
  return {
    head: ['server', 'release', 'from', 'tools', 'unconfirmed', 'environments'],
    rows: [...rows.values()]
      .map(({ cells, names }) => [...cells, names.join(', ')])
      .toSorted(([a = ''], [b = '']) => compareText(a, b)),
  };
}

/** A line per tool, prompt and resource template, in whichever pinned release. */
function offered(server: string, environments: readonly Environment[]): Listing {
  const rows = new Map<string, readonly string[]>();
  for (const { releases } of environments) {
    const pinned = Object.hasOwn(releases, server) ? releases[server] : undefined;
    if (pinned === undefined) {
      throw new Failure(`there is no server ${server}; there are ${Object.keys(releases).join(', ')}.`);
    }
    const { label, release } = pinned;
    for (const [name, tool] of Object.entries(release.tools)) {
      const accessClass = tool.reviewed ? tool.class : `${tool.class}, unconfirmed`;
      rows.set(`${server}/${name}@${label}`, [`${server}/${visible(name)}`, accessClass, label]);
    }
    for (const name of Object.keys(release.prompts)) {
      rows.set(`${server}/prompt:${name}@${label}`, [`${server}/prompt:${visible(name)}`, '', label]);
    }
    for (const name of Object.keys(release.resourceTemplates)) {
      rows.set(`${server}/resource:${name}@${label}`, [`${server}/resource:${visible(name)}`, '', label]);
    }
  }
  return { head: ['target', 'class', 'release'], rows: [...rows.values()] };
}
