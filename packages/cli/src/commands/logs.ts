import { Command, Option } from 'commander';
import { addStateOptions, type StateOptions } from '../gateway/options.ts';
import { environmentsOn, runningGateway } from '../gateway/running.ts';
import type { CommandContext } from '../kernel/context.ts';
import { parseMoment } from '../kernel/duration.ts';
import { Failure } from '../kernel/failure.ts';
import { isAtLeast, type LogEntry, type LogLevel, logLevels, parseEntry, printEntry } from '../log/entry.ts';
import { followLogLines, readLogLines } from '../log/log-file.ts';
import { stateFolder } from '../project/state-folder.ts';

const examples = `
Prints what a gateway started by \`lockstep up\` logged, and what its servers wrote to their standard error. The log
stays in the state folder after the gateway has stopped. In a cluster, ask Kubernetes:
\`kubectl logs deployment/lockstep-gateway\`, or \`kubectl logs deployment/mcp-<server>\`.

Examples:
  $ lockstep logs                      everything
  $ lockstep logs kube --since 15m     one server's, of the last quarter of an hour
  $ lockstep logs --level warn -f      warnings and errors, as they come

Exit codes: 0 fine, 2 could not run.`;

interface Options extends StateOptions {
  since?: string;
  level: LogLevel;
  follow?: boolean;
  json?: boolean;
}

export function logsCommand(context: CommandContext): Command {
  const command = new Command('logs')
    .argument('[server]', 'only what is about this server')
    .option('--since <time>', 'only what is newer: a duration like 15m, or a date')
    .addOption(
      new Option('--level <level>', 'only this level and graver ones').choices(logLevels).default('info'),
    )
    .option('-f, --follow', 'go on with what is logged from now on, until Ctrl-C')
    .option('--json', 'print the JSON lines as they were logged')
    .addHelpText('after', examples)
    .action(async (server: string | undefined, options: Options) => {
      const { log } = stateFolder(options.state, context.cwd).environment(environmentOf(options, context));
      const since = options.since === undefined ? undefined : parseMoment('--since', options.since, 'behind');
      const isAsked = (entry: LogEntry) =>
        (server === undefined || entry.server === server) &&
        (since === undefined || entry.time >= since) &&
        isAtLeast(entry, options.level);
      const lines = options.follow === true ? followLogLines(log) : await readLogLines(log);
      let isEmpty = true;
      for await (const line of lines) {
        const entry = parseEntry(line);
        if (entry === undefined || !isAsked(entry)) continue;
        isEmpty = false;
        context.print(options.json ? line : printEntry(entry, context.paint));
      }
      if (isEmpty)
        context.note(`Nothing was logged${server === undefined ? '' : ` about ${server}`} that matches.`);
    });
  return addStateOptions(command);
}

/** The environment that is named, that runs, or that is the only one. */
function environmentOf(options: Options, context: CommandContext): string {
  const known = environmentsOn(stateFolder(options.state, context.cwd).root);
  const [first, ...others] = known;
  const { env } = options;
  if (env !== undefined && known.includes(env)) return env;
  if (first === undefined || env !== undefined) {
    const which = env === undefined ? 'no environment has' : `${env} hasn't`;
    throw new Failure(
      `${which} run on the state folder ${options.state}; start it with \`lockstep up\`, or name another with --state.`,
    );
  }
  if (others.length === 0) return first;
  const running = runningGateway(options, context);
  if (running !== undefined) return running.environment;
  throw new Failure(
    `several environments have run on ${options.state}: ${known.join(', ')}; choose one with --env.`,
  );
}
