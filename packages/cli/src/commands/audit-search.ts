import { auditSearchSchema } from '@lockstep/model/admin';
import { Command, Option } from 'commander';
import { type FoundRecord, printRecords } from '../audit/print.ts';
import { auditPatience, span } from '../audit/query.ts';
import type { Context } from '../context.ts';
import { connectGateway } from '../gateway/client.ts';
import { addGatewayOptions, type GatewayOptions } from '../gateway/options.ts';

const examples = `
Examples:
  $ lockstep audit search --from 24h --decision deny
  $ lockstep audit search --tool 'files/*' --principal ada@example.com
  $ lockstep audit search --approval apr_9fz… --json`;

interface SearchOptions extends GatewayOptions {
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

export function auditSearchCommand(context: Context): Command {
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
    .addHelpText('after', examples)
    .action(async ({ from, to, ...options }: SearchOptions) => {
      const { principal, tool, decision, outcome, kind, approval, limit } = options;
      const query = { principal, tool, decision, outcome, kind, approval, limit, ...span(from, to) };
      const gateway = connectGateway(options, context, auditPatience);
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
