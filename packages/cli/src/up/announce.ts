import type { RunningGateway } from '@lockstep/gateway';
import { privilegedRoles } from '@lockstep/model';
import { clients } from '../connect/clients.ts';
import type { Context } from '../context.ts';
import { printHealth } from '../view/health.ts';
import { printOverview } from '../view/permissions.ts';
import type { Prepared } from './environment.ts';

/** Tells a newcomer all that they need: the address, the servers, what agents may do, how to connect one. */
export function announce(
  gateway: RunningGateway,
  { project, environment }: Prepared,
  context: Context,
): void {
  const { print, paint, columns } = context;
  const url = `${gateway.url}/mcp`;
  print(`${paint.bold(`lockstep ${environment.name}`)} serves ${paint.cyan(url)}`);
  print();
  print(printHealth(gateway.health(), environment, context));
  print();
  const { roles } = environment.settings.local;
  const environments = Object.values(project.environments);
  print(printOverview(environments, { roles, paint, columns }));
  print();
  print(callersNotice(url, roles));
  print(
    `Connect an agent:  ${paint.cyan(clients['claude-code']?.({ name: 'lockstep', url }).command ?? url)}`,
  );
  print(paint.dim('Others: lockstep connect vscode|cursor|codex|json. Ctrl-C stops it.'));
}

/** Who may call: beyond loopback there is no local user. */
function callersNotice(url: string, roles: readonly string[]): string {
  if (!/^(127\.|localhost$|\[::1\]$)/.test(new URL(url).hostname)) {
    return 'Every caller needs a token: `lockstep token create`.';
  }
  const held = roles.length === 0 ? 'no roles' : `the roles ${roles.join(', ')}`;
  return `Whoever calls from this machine without a token is the local user, with ${held}; never ${privilegedRoles.join(', ')}.`;
}

/** The same for programs. */
export function describe(gateway: RunningGateway, { environment }: Prepared): object {
  return {
    environment: environment.name,
    url: `${gateway.url}/mcp`,
    metrics: gateway.metricsUrl,
    socket: gateway.socketPath,
    bundle: gateway.digest(),
    servers: gateway.health(),
  };
}
