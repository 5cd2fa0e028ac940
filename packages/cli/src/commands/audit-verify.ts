import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Verification } from '@lockstep/gateway';
import { verificationSchema } from '@lockstep/model/admin';
import { Command } from 'commander';
import { trustedKeys, verifyStopped } from '../audit/offline.ts';
import { printVerification } from '../audit/records.ts';
import { auditTimeoutSeconds, connectGateway } from '../gateway/client.ts';
import { addGatewayOptions, type ConnectionOptions, collect } from '../gateway/options.ts';
import { runningGateway } from '../gateway/running.ts';
import type { CommandContext } from '../kernel/context.ts';
import { codeOf, Failure } from '../kernel/failure.ts';
import { countOf } from '../view/phrases.ts';

const examples = `
Examples:
  $ lockstep audit verify
  $ lockstep audit verify --env prod                 also when its gateway is stopped
  $ lockstep audit verify --expect-head <head>       as an earlier run printed it
  $ lockstep audit verify week.jsonl --key audit.pub.pem

Exit codes: 0 whole, 1 not whole, 2 could not run.`;

interface Options extends ConnectionOptions {
  expectHead?: string;
  key?: string[];
  json?: boolean;
}

export function auditVerifyCommand(context: CommandContext): Command {
  const command = new Command('verify')
    .description('check that nothing recorded was changed, removed, inserted or reordered')
    .argument('[export.jsonl]', 'an export to check instead of the audit itself')
    .option('--expect-head <head>', 'a head that was noted before, which must still be there')
    .option(
      '--key <file>',
      "a public key that is trusted; repeatable (default: the environment's own)",
      collect,
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: Options) => {
      const work = file === undefined ? verifyAudit(options, context) : verifyFile(file, options, context);
      const { ok, lines, json } = await context.progress('Verifying', () => work);
      if (!ok) context.found();
      if (options.json) context.json(json);
      else for (const line of lines) context.print(line);
    });
  return addGatewayOptions(command);
}

interface Verified {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly json: unknown;
}

async function verifyAudit(options: Options, context: CommandContext): Promise<Verified> {
  const runs = options.url !== undefined || runningGateway(options, context) !== undefined;
  const found = runs ? await askToVerify(options, context) : await verifyStopped(options, context);
  return { ok: found.ok, lines: printVerification(found, context.paint), json: found };
}

async function askToVerify(options: Options, context: CommandContext): Promise<Verification> {
  const gateway = connectGateway(options, context, auditTimeoutSeconds);
  try {
    const query = { expectHead: options.expectHead };
    return (await gateway.ask(verificationSchema, {
      path: '/audit/verify',
      query,
    })) as Verification;
  } finally {
    await gateway.close();
  }
}

async function verifyFile(file: string, options: Options, context: CommandContext): Promise<Verified> {
  const { verifyExport } = await import('@lockstep/gateway');
  const keys = await trustedKeys(options, context);
  const input = createReadStream(resolve(context.cwd, file), 'utf8');
  try {
    const found = await verifyExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), keys);
    const title = `${file} ${found.ok ? 'is whole' : "isn't whole"}: ${countOf(found.records, 'record')}.`;
    const lines = found.problems.map(({ place, message }) =>
      place === undefined ? message : `${place}: ${message}`,
    );
    return { ok: found.ok, lines: [title, ...lines], json: found };
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new Failure(`${file} can't be read (${codeOf(error)}); check its path.`, { cause: error });
  }
}
