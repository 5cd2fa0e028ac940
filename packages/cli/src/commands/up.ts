import { isIPv6 } from 'node:net';
import { Command, Option } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { parsePort } from '../kernel/port.ts';
import { logLevels } from '../log/entry.ts';
import { defaultConfig } from '../project/load.ts';
import { defaultState } from '../project/state-folder.ts';
import { runEnvironment, type UpOptions } from '../up/run-environment.ts';

const examples = `
Runs the gateway in this process and the environment's servers below it, until Ctrl-C. Edits of the program and of its
lock are taken up at once, without dropping a call; one that doesn't hold together is refused, loudly, and the last
good one stays. Packages are installed once, from the lock, into the state folder.

Examples:
  $ lockstep up                     the dev environment on http://127.0.0.1:7411/mcp
  $ lockstep up prod                production's permissions on this machine
  $ lockstep up staging --port 0    on any free port
  $ lockstep up prod --host 0.0.0.0 --allow-host mcp.example.com

It answers to the names of the address that it listens on, so that no web page can reach it by a name of its own. With
--host 0.0.0.0, name those that clients use with --allow-host; any other is answered with 403.

Exit codes: 0 stopped by Ctrl-C, 2 could not run.`;

export function upCommand(context: CommandContext): Command {
  return new Command('up')
    .argument('[env]', 'the environment', 'dev')
    .option('--port <port>', 'the port to listen on; 0 takes a free one', parsePort('--port'), 7411)
    .option('--host <address>', 'the address to listen on; beyond loopback, tokens must exist', '127.0.0.1')
    .option(
      '--allow-host <host[:port]>',
      'a name or address besides its own that clients reach it by; repeatable',
      (host, before: readonly string[] = []) => [...before, parseHost(host)],
    )
    .addOption(
      new Option('--metrics-port <port>', 'the port of /metrics, on loopback')
        .argParser(parsePort('--metrics-port'))
        .default(0, 'a free one'),
    )
    .option('--state <folder>', 'the state folder', defaultState)
    .option('--config <file>', 'the program', defaultConfig)
    .addOption(
      new Option('--log-level <level>', 'what the gateway logs on standard error')
        .choices([...logLevels, 'silent'])
        .default('warn'),
    )
    .option('--json', 'print JSON once it is up')
    .addHelpText('after', examples)
    .action((name: string, options: UpOptions) => runEnvironment(name, options, context));
}

/** A host as a Host header writes it. */
function parseHost(text: string): string {
  if (isIPv6(text) || /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(:\d{1,5})?$/i.test(text)) return text;
  throw new Failure(
    `--allow-host ${text} isn't a host; write it like mcp.example.com or mcp.example.com:8443.`,
  );
}
