import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { auditSearchSchema } from '@lockstep/model/admin';
import { Command, Option } from 'commander';
import { type FoundRecord, printRecords } from '../audit/records.ts';
import { auditTimeoutSeconds, connectGateway, span } from '../gateway/client.ts';
import { addGatewayOptions, type ConnectionOptions } from '../gateway/options.ts';
import type { CommandContext } from '../kernel/context.ts';
import { countOf } from '../view/phrases.ts';
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

export function auditCommand(context: CommandContext): Command {
  return new Command('audit')
    .addHelpText('after', examples)
    .addCommand(auditVerifyCommand(context))
    .addCommand(auditSearchCommand(context))
    .addCommand(auditExportCommand(context));
}

const searchExamples = `
Examples:
  $ lockstep audit search --from 24h --decision deny
  $ lockstep audit search --tool 'files/*' --principal ada@example.com
  $ lockstep audit search --approval apr_9fz… --json`;

interface SearchOptions extends ConnectionOptions {
  from?: string;
  to?: string;
  principal?: string;
  tool?: string;
  decision?: string;
  outcome?: string;
  kind?: string;
  approval?: string;
  limit: string;
  json?: boolean;
}

function auditSearchCommand(context: CommandContext): Command {
  const command = new Command('search')
    .description('find records, the latest first')
    .option('--from <when>', 'a duration like 24h, or a date')
    .option('--to <when>', 'a duration like 1h, or a date')
    .option('--principal <name>', 'the subject or the owner of whoever called')
    .option('--tool <target>', 'a tool, prompt or resource, or a glob: files/*')
    .addOption(new Option('--decision <decision>').choices(['allow', 'approve', 'deny']))
    .addOption(
      new Option('--outcome <outcome>').choices([
        ...['ok', 'tool_error', 'error', 'refused', 'waiting', 'unknown', 'cancelled'],
      ]),
    )
    .option('--kind <kind>', 'the kind of record: call, intent, outcome, approval.verdict, …')
    .option('--approval <id>', 'everything about one approval')
    .option('--limit <number>', 'at most so many', '100')
    .option('--json', 'print JSON, with everything that was recorded')
    .addHelpText('after', searchExamples)
    .action(async ({ from, to, ...options }: SearchOptions) => {
      const { principal, tool, decision, outcome, kind, approval, limit } = options;
      const query = { principal, tool, decision, outcome, kind, approval, limit, ...span(from, to) };
      const gateway = connectGateway(options, context, auditTimeoutSeconds);
      const found = await context.progress('Searching', () =>
        gateway.ask(auditSearchSchema, { path: '/audit/search', query }),
      );
      await gateway.close();
      if (options.json) context.json(found);
      else if (found.records.length === 0) context.print('Nothing was found.');
      else context.print(printRecords(found.records as FoundRecord[], context));
      if (found.more) context.note('There are more; narrow the search or raise --limit.');
    });
  return addGatewayOptions(command);
}

const exportExamples = `
The last line is a manifest, signed with the audit key, that names what is in the file: \`lockstep audit verify\` checks
it anywhere, with nothing but the public key.

Examples:
  $ lockstep audit export --from 7d --out week.jsonl
  $ lockstep audit export | gzip > audit.jsonl.gz`;

interface ExportOptions extends ConnectionOptions {
  from?: string;
  to?: string;
  out?: string;
  json?: boolean;
}

function auditExportCommand(context: CommandContext): Command {
  const command = new Command('export')
    .description('write records as JSON lines that end in a signed manifest')
    .option('--from <when>', 'a duration like 7d, or a date')
    .option('--to <when>', 'a duration like 1h, or a date')
    .option('--out <file>', 'the file to write (default: standard output)')
    .option('--json', 'print what was written as JSON; needs --out')
    .addHelpText('after', exportExamples)
    .action(async (options: ExportOptions) => {
      const gateway = connectGateway(options, context, auditTimeoutSeconds);
      const lines = gateway.lines({ path: '/audit/export', query: span(options.from, options.to) });
      if (options.out === undefined) {
        for await (const line of lines) context.print(line);
      } else {
        const written = await context.progress('Exporting', () =>
          writeLines(resolve(context.cwd, options.out ?? ''), lines),
        );
        const records = written - 1;
        if (options.json) context.json({ out: options.out, records });
        else context.note(`${options.out}: ${countOf(records, 'record')} and the manifest.`);
      }
      await gateway.close();
    });
  return addGatewayOptions(command);
}

/** Writes lines to a file that is there only once it is whole. */
async function writeLines(path: string, lines: AsyncIterable<string>): Promise<number> {
  const aside = `${path}.${process.pid}.tmp`;
  let written = 0;
  async function* counted() {
    for await (const line of lines) {
      written++;
      yield `${line}\n`;
    }
  }
  try {
    await writeFile(aside, counted(), { mode: 0o600 });
    await rename(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
  return written;
}
