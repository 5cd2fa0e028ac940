import { Command, CommanderError } from 'commander';
import type { CommandContext } from './kernel/context.ts';
import { Failure, sentenceOf } from './kernel/failure.ts';
import { version } from './kernel/version.ts';

const about =
  'Runs MCP servers as infrastructure: people review in Git what agents may do, a gateway enforces it on every call, and an audit log proves it.';

const epilogue = `
A first project:
  $ lockstep init ../my-agents        write it into a new folder
  $ lockstep up                       run its dev environment here
  $ lockstep connect claude-code      print the line that connects an agent
  $ lockstep lock                     read what its servers offer into tools.lock.json

Questions, and what answers them:
  $ lockstep why prod                 What may my agent do in prod, and why?
  $ lockstep status                   Why is this server down? Is what runs what Git says?
  $ lockstep lock --check             What changed in this tool since it was reviewed?
  $ lockstep plan --against main      What would this change let agents do?
  $ lockstep approvals list --mine    Which calls wait for me?
  $ lockstep audit search --from 24h  What did this agent do? Who approved that write?
  $ lockstep audit verify             Is the record complete?
  $ lockstep doctor                   What does this machine lack?

Exit codes: 0 all is well, 1 found something that needs attention, 2 could not run.`;

/** A command, loaded when it is asked for: each brings what only it needs. */
interface Entry {
  readonly about: string;
  load(): Promise<(context: CommandContext) => Command>;
}

const entries: Readonly<Record<string, Entry>> = {
  init: {
    about: 'write a first project into a folder',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  up: {
    about: 'run an environment here: the gateway and its servers',
    load: async () => (await import('./commands/up.ts')).upCommand,
  },
  doctor: {
    about: 'show what this machine lacks, and what to do about it',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  status: {
    about: 'show how a running gateway and its servers do, and whether it runs what the files here say',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  logs: {
    about: 'show what a gateway here and its servers logged',
    load: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  ls: {
    about: 'list the servers that are declared, or what one of them offers',
    load: async () => (await import('./commands/ls.ts')).lsCommand,
  },
  show: {
    about: 'show one tool as its author wrote it, and what each environment decides on it',
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  plan: {
    about: 'show what agents may do in each environment, or what a change does to it',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  why: {
    about: 'show what agents may do in an environment, and which rule says so',
    load: async () => (await import('./commands/why.ts')).whyCommand,
  },
  render: {
    about: 'write the Kubernetes objects of an environment as YAML, without a cluster',
    load: async () => (await import('./commands/render.ts')).renderCommand,
  },
  bundle: {
    about: 'write what a gateway enforces into one file, for Pulumi programs in other languages',
    load: async () => (await import('./commands/bundle.ts')).bundleCommand,
  },
  check: {
    about: 'run every pre-merge check',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  lock: {
    about: 'read what servers offer into the tool lock, or check that it is still the same',
    load: async () => (await import('./commands/lock.ts')).lockCommand,
  },
  image: {
    about: 'make the images that a cluster runs packaged servers from',
    load: async () => (await import('./commands/image.ts')).imageCommand,
  },
  import: {
    about: 'print the servers in an mcp.json as declarations for a program',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  call: {
    about: 'call a tool through the gateway, as an agent would',
    load: async () => (await import('./commands/call.ts')).callCommand,
  },
  connect: {
    about: 'print how to connect an MCP client',
    load: async () => (await import('./commands/connect.ts')).connectCommand,
  },
  token: {
    about: 'create, list and revoke tokens',
    load: async () => (await import('./commands/token.ts')).tokenCommand,
  },
  keys: {
    about: 'create the keys for a gateway in a cluster',
    load: async () => (await import('./commands/keys.ts')).keysCommand,
  },
  approvals: {
    about: 'list, show and decide the calls that wait for humans',
    load: async () => (await import('./commands/approvals.ts')).approvalsCommand,
  },
  audit: {
    about: 'verify, search and export the record of what happened',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
};

/**
 * The command line.
 *
 * @param only the one command to load; the others are there by name alone. Absent: all are loaded.
 */
export async function buildProgram(context: CommandContext, only?: string): Promise<Command> {
  const program = new Command('lockstep')
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', epilogue)
    .configureHelp({ showGlobalOptions: false, subcommandTerm: (command) => command.name() })
    .showSuggestionAfterError(true);
  for (const [name, entry] of Object.entries(entries)) {
    const isLoaded = only === undefined || only === name;
    const command = isLoaded ? (await entry.load())(context) : new Command(name);
    program.addCommand(command.description(entry.about));
  }
  prepare(program, context);
  return program;
}

/**
 * What holds for every command, at any depth: no exit of commander's own, one line for a wrong argument, and options
 * that belong to the command that they follow.
 */
function prepare(command: Command, context: CommandContext): void {
  command.exitOverride();
  command.enablePositionalOptions();
  command.helpOption('-h, --help', 'print this help');
  command.helpCommand(false);
  command.hook('preSubcommand', refuseStrayOptions);
  command.configureOutput({
    writeOut: (text) => context.print(text.trimEnd()),
    outputError: (text) => context.note(oneLine(text, command)),
  });
  for (const child of command.commands) prepare(child, context);
}

/** An option before a subcommand is the parent's, and the subcommand would go without it. */
function refuseStrayOptions(command: Command, subcommand: Command): void {
  const stray = command.options.find(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (stray === undefined) return;
  const advice = subcommand.options.some(({ long }) => long === stray.long)
    ? `write it after \`${subcommand.name()}\``
    : `\`${subcommand.name()}\` has no such option; leave it out`;
  throw new Failure(`${stray.long} is said to \`${command.name()}\` here; ${advice}.`);
}

function oneLine(text: string, command: Command): string {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');
  if (/^unknown (option|command) \S+?\.?$/.test(line))
    return `lockstep: ${line.replace(/\.$/, '')}; \`${pathOf(command)} --help\` lists what there is.`;
  return `lockstep: ${/[.!?)]$/.test(line) ? line : `${line}.`}`;
}

/** A command as it is typed. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/**
 * Runs one command line.
 *
 * @returns whether it could run. What it found is told through `context.found()`.
 */
export async function run(
  argv: readonly string[],
  context: CommandContext,
): Promise<'ran' | 'could not run'> {
  const name = argv.find((argument) => !argument.startsWith('-'));
  const program = await buildProgram(context, name ?? '');
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 'ran';
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 'ran' : 'could not run';
    for (const line of sentenceOf(error).split('\n')) context.note(`lockstep: ${line}`);
    if (context.env.LOCKSTEP_DEBUG && error instanceof Error) context.note(error.stack ?? '');
    return 'could not run';
  }
}
