import { type AccessClass, type LockedTool, visible } from '@lockstep/model/internal';
import { Command, Option } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { type Confirmation, confirmClass, withConfirmations } from '../lock/confirm.ts';
import { readLock, writeLock } from '../lock/lock-file.ts';
import { defaultConfig, programPaths } from '../project/load.ts';
import { printItem } from '../view/item.ts';

const examples = `
Shows the definition of each tool and, on a terminal, asks before it writes anything. A tool counts as destructive
until a person has read its definition and confirmed what it can do at worst: \`read\` only looks, \`write\`
makes changes that can be undone, \`destructive\` is the rest. The confirmation holds for exactly this definition, and is
dropped when it changes. What a server says of itself is only a proposal.

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
    .action(async (targets: string[], options: Options) => {
      const paths = programPaths(options.config, context.cwd);
      const lock = readLock(paths.lock, context.cwd);
      const confirmations = targets.map((target) =>
        confirmClass(lock, target, options.class, options.release),
      );
      if (!options.json) {
        context.print(confirmations.map((one) => printDefinition(one, context.paint)).join('\n\n'));
        for (const { target, before } of confirmations) {
          const doubt = contradiction(before, options.class);
          if (doubt !== undefined) context.note(`${visible(target)}: ${doubt}`);
        }
        const subject = targets.length === 1 ? 'this tool' : `these ${targets.length} tools`;
        if (!(await context.confirm(`Confirm ${subject} as ${options.class}?`)))
          throw new Failure('nothing was confirmed.');
      }
      writeLock(paths.lock, withConfirmations(lock, confirmations));
      if (options.json) return context.json({ confirmed: confirmations.flatMap(jsonOf) });
      for (const { target, labels } of confirmations)
        context.print(`${visible(target)} (${labels.join(', ')}): ${options.class}`);
    });
}

/** Everything that a person reads before confirming. */
function printDefinition({ target, labels, before }: Confirmation, paint: CommandContext['paint']): string {
  return printItem({ target, release: labels.join(', '), locked: before, decisions: {} }, paint);
}

function jsonOf({ server, tool, labels, after }: Confirmation): object[] {
  return labels.map((release) => ({ server, tool, release, class: after.class, digest: after.digest }));
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
