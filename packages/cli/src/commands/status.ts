import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Status, statusSchema } from '@lockstep/model/admin';
import { makeBundle, visible } from '@lockstep/model/internal';
import { Command } from 'commander';
import { connectGateway } from '../gateway/client.ts';
import { addGatewayOptions, type ConnectionOptions } from '../gateway/options.ts';
import type { CommandContext } from '../kernel/context.ts';
import { distance } from '../kernel/duration.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { defaultConfig, loadProject, programPaths } from '../project/load.ts';
import { countOf } from '../view/phrases.ts';
import { printColumns } from '../view/table.ts';

const examples = `
Asks a running gateway how it and its servers do, and which bundle it enforces. If the program is here too, compares the
bundle with the program's files: on a clean checkout, this shows whether what runs is what Git says.

Examples:
  $ lockstep status
  $ lockstep status --env staging
  $ lockstep status --url https://mcp.example.com --token-file ops.token

Exit codes: 0 all is well; 1 a server is down, something is quarantined, or the files say something else; 2 could not
run.`;

interface Options extends ConnectionOptions {
  config: string;
  json?: boolean;
}

export function statusCommand(context: CommandContext): Command {
  const command = new Command('status')
    .option('--config <file>', 'the program to compare with, where it is there', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      const gateway = connectGateway(options, context);
      const status = await gateway.ask(statusSchema, { path: '/status' });
      await gateway.close();
      if (status.servers.some(({ state, quarantined }) => state === 'down' || quarantined > 0))
        context.found();
      const isNamed = command.getOptionValueSource('config') === 'cli';
      const declared =
        isNamed || existsSync(resolve(context.cwd, options.config))
          ? await declaredBundle(status.environment, options.config, isNamed, context)
          : undefined;
      if (declared !== undefined && declared !== status.bundle) context.found();
      if (options.json) return context.json({ ...status, ...(declared !== undefined && { declared }) });
      for (const line of printStatus(status, declared, context)) context.print(line);
    });
  return addGatewayOptions(command);
}

/**
 * The digest of what the files here have an environment enforce; undefined where they don't say.
 *
 * @param isNamed whether a person named the program; then it is a fault that it can't be compared.
 */
async function declaredBundle(
  name: string,
  config: string,
  isNamed: boolean,
  context: CommandContext,
): Promise<string | undefined> {
  try {
    const load = () => loadProject(programPaths(config, context.cwd), context.cwd);
    const { environments } = await context.progress('Reading the program', load);
    const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
    if (environment !== undefined) return makeBundle(environment).digest;
    throw new Failure(`${config} has no environment ${name}.`);
  } catch (error) {
    if (isNamed) throw error;
    context.note(`The program here can't be compared with what runs: ${sentenceOf(error)}`);
    return undefined;
  }
}

function printStatus(
  { environment, bundle, version, startedAt, approvalsWaiting, servers }: Status,
  declared: string | undefined,
  { paint, columns }: CommandContext,
): string[] {
  const waiting = approvalsWaiting === 0 ? 'no call waits' : `${countOf(approvalsWaiting, 'call')} waiting`;
  const rows = servers.map(({ server, state, tools, quarantined, processes, restarts, reason }) => [
    server,
    state === 'ready' ? paint.green(state) : state === 'down' ? paint.red(state) : state,
    String(tools),
    quarantined === 0 ? '' : paint.red(String(quarantined)),
    String(processes),
    restarts === 0 ? '' : String(restarts),
    visible(reason ?? ''),
  ]);
  const head = ['server', 'state', 'tools', 'quarantined', 'processes', 'restarts', 'why'].map(paint.bold);
  return [
    `${paint.bold(environment)}: lockstep ${version}, up for ${distance(startedAt)}; ${waiting} for approval`,
    paint.dim(`enforces ${bundle}`),
    ...(declared === undefined ? [] : [comparison(bundle, declared, paint)]),
    '',
    printColumns(head, rows, columns),
  ];
}

function comparison(bundle: string, declared: string, paint: CommandContext['paint']): string {
  if (declared === bundle) return paint.green('as the files here say');
  return paint.red(`the files here say ${declared}; deploy them, or check out the commit that runs`);
}
