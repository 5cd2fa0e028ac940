import type { RunningGateway } from '@lockstep/gateway';
import type { Environment } from '@lockstep/model';
import type { Context } from '../context.ts';
import { countOf } from './count.ts';
import { printColumns } from './table.ts';

type Health = ReturnType<RunningGateway['health']>[number];

/** One line per server: its release, how it is, how many tools it offers. */
export function printHealth(
  health: readonly Health[],
  environment: Environment,
  { paint, columns }: Pick<Context, 'paint' | 'columns'>,
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

function printState({ state, reason }: Health, paint: Context['paint']): string {
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
