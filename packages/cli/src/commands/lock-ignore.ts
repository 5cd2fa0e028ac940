import { visible } from '@lockstep/model/internal';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { ignoreValues } from '../lock/ignore.ts';
import { readLock, writeLock } from '../lock/lock-file.ts';
import { defaultConfig, programPaths } from '../project/load.ts';

const examples = `
For what varies by host: a time zone or a folder in a schema. The value at each JSON pointer is left out of its
definition's digest, so that it may differ from the lock; everything else still counts, and what was confirmed stays
confirmed. What is left out can change unseen: name the one value, not what holds it. Where a variable of the
environment or an argument can pin the value, set that instead.

Examples:
  $ lockstep lock ignore time /tools/convert_time/inputSchema/properties/zone/default
  $ lockstep lock ignore time /prompts/now/description --release 2026.8.31

Exit codes: 0 fine, 2 could not run.`;

interface Options {
  release?: string;
  config: string;
  json?: boolean;
}

export function lockIgnoreCommand(context: CommandContext): Command {
  return new Command('ignore')
    .description('leave values that vary by host out of digests, after looking at them')
    .argument('<server>', 'the server')
    .argument('<pointer...>', 'JSON pointers into its definitions: /tools/<name>/…, /prompts/<name>/…')
    .option('--release <label>', 'in this release only')
    .option('--config <file>', 'the program; the lock lies beside it', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action((server: string, pointers: string[], options: Options) => {
      const paths = programPaths(options.config, context.cwd);
      const { lock, ignored } = ignoreValues(
        readLock(paths.lock, context.cwd),
        server,
        pointers,
        options.release,
      );
      writeLock(paths.lock, lock);
      if (options.json) return context.json({ ignored });
      for (const { label, pointer, value } of ignored) {
        context.print(
          `${context.paint.bold(server)} (${label}): ${visible(pointer)} is left out of digests.`,
        );
        context.print(`  ${context.paint.dim('locked as')} ${visible(JSON.stringify(value))}`);
      }
    });
}
