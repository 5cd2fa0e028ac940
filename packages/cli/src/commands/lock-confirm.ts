import { type AccessClass, type LockedTool, quote, visible } from '@lockstep/model/internal';
import { Command, Option } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { type Confirmation, confirmClass, withConfirmations } from '../lock/confirm.ts';
import { readLock, writeLock } from '../lock/lock-file.ts';
import { defaultConfig, programPaths } from '../project/load.ts';

const examples = `
A tool counts as destructive until a person has read its definition and confirmed what it can do at worst: \`read\`
only looks, \`write\` changes what can be changed back, \`destructive\` is the rest. The confirmation holds for exactly
this definition, and is dropped when it changes. What a server says of itself is only a proposal.

Examples:
  $ lockstep lock confirm files/read_text_file files/list_directory --class read
  $ lockstep lock confirm files/write_file --class write --release 2026.8.31`;

interface Options {
  class: AccessClass;
  release?: string;
  config: string;
  json?: boolean;
}

export function lockConfirmCommand(context: CommandContext): Command {
  return new Command('confirm')
    .description('confirm the access class of tools, after reading their definitions')
    .argument('<server/tool...>', 'the tools')
    .addOption(
      new Option('--class <class>', 'what the tool can do at worst')
        .choices(['read', 'write', 'destructive'])
        .makeOptionMandatory(),
    )
    .option('--release <label>', 'in this release only')
    .option('--config <file>', 'the program; the lock lies beside it', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action((targets: string[], options: Options) => {
      const paths = programPaths(options.config, context.cwd);
      const lock = readLock(paths.lock, context.cwd);
      const confirmations = targets.flatMap((target) =>
        confirmClass(lock, target, options.class, options.release),
      );
      writeLock(paths.lock, withConfirmations(lock, confirmations));
      if (options.json) {
        const confirmed = confirmations.map(({ server, tool, label, after }) => ({
          ...{ server, tool, release: label },
          ...{ class: after.class, digest: after.digest },
        }));
        return context.json({ confirmed });
      }
      for (const confirmation of confirmations) printConfirmation(confirmation, context);
    });
}

/** Shows what was confirmed, so that nobody does it blindly. */
function printConfirmation(
  { server, tool, label, before, after }: Confirmation,
  { print, note, paint }: CommandContext,
): void {
  print(`${paint.bold(`${server}/${visible(tool)}`)} (${label}): ${after.class}`);
  const { description } = before.definition;
  if (typeof description === 'string') print(`  ${quote(description)}`);
  print(`  ${paint.dim('arguments')} ${visible(JSON.stringify(before.definition.inputSchema ?? {}))}`);
  print(`  ${paint.dim('annotations')} ${visible(JSON.stringify(before.definition.annotations ?? {}))}`);
  const doubt = contradiction(before, after.class);
  if (doubt !== undefined) note(`${server}/${visible(tool)}: ${doubt}`);
}

/** The server says that it is worse than what a person confirmed. */
function contradiction(before: LockedTool, confirmed: AccessClass): string | undefined {
  const { readOnlyHint, destructiveHint } = (before.definition.annotations ?? {}) as Record<string, unknown>;
  if (confirmed === 'read' && readOnlyHint === false) {
    return "its own annotations say that it isn't read-only; look again.";
  }
  if (confirmed !== 'destructive' && destructiveHint === true && readOnlyHint !== true) {
    return 'its own annotations say that it is destructive; look again.';
  }
  return undefined;
}
