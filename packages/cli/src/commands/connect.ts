import { Command } from 'commander';
import { clients } from '../connect/clients.ts';
import { addStateOptions, mcpUrl, type StateOptions } from '../gateway/options.ts';
import { runningGateway } from '../gateway/running.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';

const examples = `
The address is that of the gateway that runs on the state folder, or \`lockstep up\`'s default. \`--server\` connects
to one server under its own tool names instead of all servers. \`--token-env\` names the environment variable that
holds a token made with \`lockstep token create\`; without it, a client on this machine is the local user.

Examples:
  $ lockstep connect claude-code
  $ lockstep connect vscode --server files
  $ lockstep connect codex --url https://mcp.example.com --token-env LOCKSTEP_TOKEN
  $ lockstep connect json --json`;

interface Options extends StateOptions {
  server?: string;
  name?: string;
  url?: string;
  tokenEnv?: string;
  json?: boolean;
}

export function connectCommand(context: CommandContext): Command {
  const command = new Command('connect')
    .argument('<client>', `${Object.keys(clients).join(', ')}, or the beginning of one of these`)
    .option('--server <name>', 'connect to this server alone, under its own tool names')
    .option('--name <name>', 'what the client calls the connection (default: lockstep, or lockstep-<server>)')
    .option('--url <url>', "the gateway's address, without /mcp")
    .option('--token-env <variable>', 'the environment variable that holds a token')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action((given: string, options: Options) => {
      const client = clientOf(given);
      const recipe = clients[client]?.(connectionOf(options, context));
      if (recipe === undefined) throw new Failure(`nobody knows the client ${client}; see --help.`);
      if (options.json) return context.json({ client, ...recipe });
      if (recipe.command !== undefined) context.print(recipe.command);
      if (recipe.file !== undefined) {
        if (recipe.command !== undefined) context.print();
        // What only prints a file's content can be written into one.
        if (client !== 'json') {
          const where = `# ${recipe.command === undefined ? 'In' : 'Or in'} ${recipe.file.path}:`;
          context.print(context.paint.dim(where));
        }
        context.print(recipe.file.text);
      }
      for (const note of recipe.notes) context.note(note);
    });
  return addStateOptions(command);
}

/** The client of a name, or of the only name that begins so. */
function clientOf(given: string): string {
  const names = Object.keys(clients);
  const found = names.includes(given) ? [given] : names.filter((name) => name.startsWith(given));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new Failure(
    found.length === 0
      ? `${given} is no client that is known; choose one of ${names.join(', ')}. \`json\` suits most others.`
      : `${given} may be ${found.join(' or ')}; say which.`,
  );
}

function connectionOf(options: Options, context: CommandContext) {
  refuseUnless(/^[a-z][a-z0-9-]*$/, '--server', options.server, 'lower-case letters, digits and `-`');
  refuseUnless(/^[A-Za-z0-9_-]+$/, '--name', options.name, 'letters, digits, `_` and `-`');
  refuseUnless(/^[A-Za-z_][A-Za-z0-9_]*$/, '--token-env', options.tokenEnv, 'letters, digits and `_`');
  const base = options.url ?? runningGateway(options, context)?.url ?? 'http://127.0.0.1:7411';
  return {
    name: options.name ?? (options.server === undefined ? 'lockstep' : `lockstep-${options.server}`),
    url: mcpUrl(base, options.server),
    ...(options.tokenEnv !== undefined && { tokenVariable: options.tokenEnv }),
  };
}

/** What is printed is pasted into shells and configuration files. */
function refuseUnless(pattern: RegExp, option: string, value: string | undefined, allowed: string): void {
  if (value === undefined || pattern.test(value)) return;
  throw new Failure(`${option} ${JSON.stringify(value)} can't be used; write it with ${allowed}.`);
}
