import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';

const examples = `
On a laptop the gateway makes its own keys. In a cluster it is given them: root.key encrypts what approvals keep and
signs what they are bound to, audit.key signs the audit, and bridge.key proves to servers behind a bridge for whom a
call is. Without root.key, what it encrypted is lost: keep a copy where no agent gets to, and delete the folder.

Examples:
  $ lockstep keys create prod-keys
  $ kubectl create secret generic lockstep-keys --namespace mcp-prod --from-file=prod-keys`;

export function keysCommand(context: CommandContext): Command {
  return new Command('keys').addHelpText('after', examples).addCommand(createCommand(context));
}

function createCommand(context: CommandContext): Command {
  return new Command('create')
    .description('write root.key, audit.key and bridge.key, readable by you alone, and audit.pub.pem')
    .argument('<folder>', 'where to; created when missing, and nothing in it is replaced')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (folder: string, options: { json?: boolean }) => {
      const { createKeys } = await import('@lockstep/gateway');
      const names = await createKeys(resolve(context.cwd, folder));
      const files = names.map((name) => join(folder, name));
      if (options.json) return context.json({ files, publicKey: join(folder, 'audit.pub.pem') });
      context.print(`${files.join(', ')} are written.`);
      context.note(
        `Make a Secret of them: kubectl create secret generic lockstep-keys --namespace <namespace> ${names
          .map((name) => `--from-file=${join(folder, name)}`)
          .join(' ')}`,
      );
    });
}
