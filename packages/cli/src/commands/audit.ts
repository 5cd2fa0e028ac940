import { Command } from 'commander';
import type { Context } from '../context.ts';
import { auditExportCommand } from './audit-export.ts';
import { auditSearchCommand } from './audit-search.ts';
import { auditVerifyCommand } from './audit-verify.ts';

const examples = `
Every decision, refusal, approval step and outcome is a record in a hash chain, signed at intervals. \`verify\` checks
all of it, of a running gateway or of one that is stopped, and names the first record that isn't as it was written. A
tail that was cut off is found after a clean shutdown, and otherwise against a head that was noted before.

Examples:
  $ lockstep audit verify
  $ lockstep audit verify --expect-head <head>      as an earlier run printed it
  $ lockstep audit search --tool 'files/*' --decision deny --from 24h
  $ lockstep audit export --from 7d --out week.jsonl
  $ lockstep audit verify week.jsonl --key audit.pub.pem`;

export function auditCommand(context: Context): Command {
  return new Command('audit')
    .addHelpText('after', examples)
    .addCommand(auditVerifyCommand(context))
    .addCommand(auditSearchCommand(context))
    .addCommand(auditExportCommand(context));
}
