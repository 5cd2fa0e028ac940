import { type Status, statusSchema } from '@lockstep/model/admin';
import { visible } from '@lockstep/model/internal';
import { Command } from 'commander';
import { connectGateway } from '../gateway/client.ts';
import { addGatewayOptions, type ConnectionOptions } from '../gateway/options.ts';
import type { CommandContext } from '../kernel/context.ts';
import { distance } from '../kernel/duration.ts';
import { countOf } from '../view/phrases.ts';
import { printColumns } from '../view/table.ts';

const examples = `
Asks a running gateway how it and its servers do, and which bundle it enforces. \`lockstep plan --json\` prints the
digest of what the files here would have it enforce.

Examples:
  $ lockstep status
  $ lockstep status --env staging
  $ lockstep status --url https://mcp.example.com --token-file ops.token

Exit codes: 0 all is well, 1 a server is down or something is quarantined, 2 could not run.`;

interface Options extends ConnectionOptions {
  json?: boolean;
}

export function statusCommand(context: CommandContext): Command {
  const command = new Command('status')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      const gateway = connectGateway(options, context);
      const status = await gateway.ask(statusSchema, { path: '/status' });
      await gateway.close();
      if (status.servers.some(({ state, quarantined }) => state === 'down' || quarantined > 0))
        context.found();
      if (options.json) return context.json(status);
      for (const line of printStatus(status, context)) context.print(line);
    });
  return addGatewayOptions(command);
}

function printStatus(
  { environment, bundle, version, startedAt, approvalsWaiting, servers }: Status,
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
    '',
    printColumns(head, rows, columns),
  ];
}
