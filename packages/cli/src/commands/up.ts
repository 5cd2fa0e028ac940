import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { defaultConfig } from '../project/load.ts';
import { defaultState } from '../project/state-folder.ts';
import { type UpOptions, up } from '../up/up.ts';

const examples = `
Runs the gateway in this process and the environment's servers below it, until Ctrl-C. Edits of the program and of its
lock are taken up at once, without dropping a call; one that doesn't hold together is refused, loudly, and the last
good one stays. Packages are installed once, from the lock, into the state folder.

Examples:
  $ lockstep up                     the dev environment on http://127.0.0.1:7411/mcp
  $ lockstep up prod                production's permissions on this machine
  $ lockstep up staging --port 0    on any free port

Exit codes: 0 stopped by Ctrl-C, 2 could not run.`;

export function upCommand(context: Context): Command {
  return new Command('up')
    .argument('[env]', 'the environment', 'dev')
    .option('--port <port>', 'the port to listen on; 0 takes a free one', parsePort, 7411)
    .option('--host <address>', 'the address to listen on; beyond loopback, tokens must exist', '127.0.0.1')
    .option('--state <folder>', 'the state folder', defaultState)
    .option('--config <file>', 'the program', defaultConfig)
    .addOption(
      new Option('--log-level <level>', 'what the gateway logs on standard error')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .option('--json', 'print JSON once it is up')
    .addHelpText('after', examples)
    .action((name: string, options: UpOptions) => up(name, options, context));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Failure(`--port ${text} is no port; write a number from 0 to 65535.`);
}
