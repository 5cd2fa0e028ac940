import { Command, CommanderError } from 'commander';
import { approvalsCommand } from './commands/approvals.ts';
import { auditCommand } from './commands/audit.ts';
import { connectCommand } from './commands/connect.ts';
import { importCommand } from './commands/import.ts';
import { lockCommand } from './commands/lock.ts';
import { planCommand } from './commands/plan.ts';
import { tokenCommand } from './commands/token.ts';
import { upCommand } from './commands/up.ts';
import type { Context } from './context.ts';
import { sentenceOf } from './failure.ts';

const about = `MCP servers as infrastructure: one typed program declares servers, environments and rules;
a gateway enforces on every call what was reviewed in Git, and an audit log proves it.`;

const epilogue = `
A first walk:
  $ lockstep up                       run the dev environment here
  $ lockstep connect claude-code      print the line that connects an agent
  $ lockstep plan --against main      see which tools an agent gains or loses by a change
  $ lockstep lock                     read what the servers offer into tools.lock.json

Exit codes: 0 fine, 1 found something that asks for attention, 2 could not run.`;

/** The whole command line. */
export function buildProgram(context: Context): Command {
  const program = new Command('lockstep')
    .description(about)
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', epilogue)
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError(true);
  const commands = [
    upCommand,
    planCommand,
    lockCommand,
    importCommand,
    connectCommand,
    tokenCommand,
    approvalsCommand,
    auditCommand,
  ];
  for (const command of commands) program.addCommand(command(context));
  prepare(program, context);
  return program;
}

/** What holds for every command, at any depth: no exit of commander's own, one line for a wrong argument. */
function prepare(command: Command, context: Context): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => context.print(text.trimEnd()),
    outputError: (text) => context.note(oneLine(text)),
  });
  for (const child of command.commands) prepare(child, context);
}

function oneLine(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');
  return `lockstep: ${/[.!?)]$/.test(line) ? line : `${line}.`}`;
}

/**
 * Runs one command line.
 *
 * @returns whether it could run. What it found is told through `context.found()`.
 */
export async function run(argv: readonly string[], context: Context): Promise<'ran' | 'could not run'> {
  const program = buildProgram(context);
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
