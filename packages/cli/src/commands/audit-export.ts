import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { auditPatience, span } from '../audit/query.ts';
import type { Context } from '../context.ts';
import { connectGateway } from '../gateway/client.ts';
import { addGatewayOptions, type GatewayOptions } from '../gateway/options.ts';
import { countOf } from '../view/count.ts';

const examples = `
The last line is a manifest, signed with the audit key, that names what is in the file: \`lockstep audit verify\` checks
it anywhere, with nothing but the public key.

Examples:
  $ lockstep audit export --from 7d --out week.jsonl
  $ lockstep audit export | gzip > audit.jsonl.gz`;

interface Options extends GatewayOptions {
  from?: string;
  to?: string;
  out?: string;
  json?: boolean;
}

export function auditExportCommand(context: Context): Command {
  const command = new Command('export')
    .description('write records as JSON lines that end in a signed manifest')
    .option('--from <when>', 'a duration like 7d, or a date')
    .option('--to <when>', 'a duration like 1h, or a date')
    .option('--out <file>', 'the file to write (default: standard output)')
    .option('--json', 'print what was written as JSON; needs --out')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      const gateway = connectGateway(options, context, auditPatience);
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
