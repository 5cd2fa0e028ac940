import { Command } from 'commander';
import { diagnose } from '../doctor/host.ts';
import type { CommandContext } from '../kernel/context.ts';
import { parsePort } from '../kernel/port.ts';
import { defaultState } from '../project/state-folder.ts';
import { printColumns } from '../view/table.ts';

const examples = `
Looks at what Lockstep uses on this machine: programs, the state folder, the disk, the port, the clock and the network.
What is \`missing\` matters only if you use what its line names; what is \`bad\` keeps Lockstep from working.

Examples:
  $ lockstep doctor
  $ lockstep doctor --state /var/lib/lockstep --port 8080 --json

Exit codes: 0 nothing is bad, 1 something is, 2 could not run.`;

interface Options {
  state: string;
  port: number;
  json?: boolean;
}

export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .option('--state <folder>', 'the state folder that a gateway would run on', defaultState)
    .option('--port <port>', 'the port that it would listen on', parsePort('--port'), 7411)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async ({ state, port, json }: Options) => {
      const place = { state, port, cwd: context.cwd };
      const found = await context.progress('Looking at this machine', () => diagnose(place));
      if (found.some((one) => one.state === 'bad')) context.found();
      if (json) return context.json(found);
      const { paint, columns } = context;
      const marks = {
        ok: paint.green('ok'),
        missing: paint.yellow('missing'),
        busy: paint.yellow('busy'),
        bad: paint.red('bad'),
      };
      const rows = found.map((one) => [one.what, marks[one.state], one.found, one.advice]);
      context.print(printColumns(['what', 'state', 'found', 'what to do'].map(paint.bold), rows, columns));
    });
}
