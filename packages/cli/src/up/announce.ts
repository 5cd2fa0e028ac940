import { hostname } from 'node:os';
import type { RunningGateway } from '@lockstep/gateway';
import type { Environment } from '@lockstep/model';
import { privilegedRoles } from '@lockstep/model/internal';
import { clients } from '../connect/clients.ts';
import type { CommandContext } from '../kernel/context.ts';
import { printOverview } from '../view/permissions.ts';
import { countOf } from '../view/phrases.ts';
import { printColumns } from '../view/table.ts';
import type { Prepared } from './prepare-environment.ts';

/** Where the gateway was told to listen. */
interface Listening {
  readonly host: string;
  readonly allowHost?: readonly string[];
}

/** Tells a newcomer all that they need: the address, the servers, what agents may do, how to connect one. */
export function announce(
  gateway: RunningGateway,
  { project, environment }: Prepared,
  options: Listening,
  context: CommandContext,
): void {
  const { print, paint, columns } = context;
  const url = `${gateway.url}/mcp`;
  print(`${paint.bold(`lockstep ${environment.name}`)} serves ${paint.cyan(url)}`);
  print(paint.dim(`metrics ${gateway.metricsUrl}`));
  print();
  print(printHealth(gateway.health(), environment, context));
  print();
  const { roles } = environment.settings.local;
  const environments = Object.values(project.environments);
  print(printOverview(environments, { roles, paint, columns }));
  print();
  for (const line of callersNotice(options, roles)) print(line);
  print(
    `Connect an agent:  ${paint.cyan(clients['claude-code']?.({ name: 'lockstep', url }).command ?? url)}`,
  );
  print(paint.dim('Others: lockstep connect claude-desktop|vscode|cursor|codex|json. Ctrl-C stops it.'));
}

/** Who may call: beyond loopback there is no local user. */
function callersNotice({ host, allowHost = [] }: Listening, roles: readonly string[]): string[] {
  if (!['127.0.0.1', 'localhost', '::1', '[::1]'].includes(host)) {
    const token = 'Every caller needs a token: `lockstep token create`.';
    if (!['0.0.0.0', '::'].includes(host) || allowHost.length > 0) return [token];
    return [
      token,
      `It listens on all addresses and answers to this machine's own names alone; add the names that clients elsewhere use, as in --allow-host ${hostname()}.`,
    ];
  }
  const held = roles.length === 0 ? 'no roles' : `the roles ${roles.join(', ')}`;
  return [
    `Whoever calls from this machine without a token is the local user, with ${held}; never ${privilegedRoles.join(', ')}.`,
  ];
}

/** The same for programs. */
export function describeRunning(gateway: RunningGateway, { environment }: Prepared): object {
  return {
    environment: environment.name,
    url: `${gateway.url}/mcp`,
    metrics: gateway.metricsUrl,
    socket: gateway.socketPath,
    bundle: gateway.digest(),
    servers: gateway.health(),
  };
}

type Health = ReturnType<RunningGateway['health']>[number];

/** One line per server: its release, how it is, how many tools it offers. */
function printHealth(
  health: readonly Health[],
  environment: Environment,
  { paint, columns }: Pick<CommandContext, 'paint' | 'columns'>,
): string {
  const rows = health.map((server) => [
    paint.bold(server.server),
    environment.releases[server.server]?.label ?? '',
    printState(server, paint),
    server.state === 'absent' ? '' : countOf(server.tools, 'tool'),
    server.quarantined > 0 ? paint.red(`${server.quarantined} quarantined`) : '',
  ]);
  return printColumns(['', '', '', '', ''], rows, columns).replace(/^\s*\n/, '');
}

function printState({ state, reason }: Health, paint: CommandContext['paint']): string {
  switch (state) {
    case 'ready':
      return paint.green('ready');
    case 'starting':
      return paint.yellow('starting');
    case 'absent':
      return paint.dim(`not run here: ${reason ?? 'no reason given'}`);
    default:
      return paint.red(`down: ${reason ?? 'no reason given'}`);
  }
}
