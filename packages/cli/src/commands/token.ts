import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { makeFileToken, TokenFileEntry } from '@lockstep/gateway';
import { createdTokenSchema, type NewToken, tokenInfoSchema, tokenListSchema } from '@lockstep/model/admin';
import { parseOrThrow, privilegedRoles, visible } from '@lockstep/model/internal';
import { Command, Option } from 'commander';
import type { z } from 'zod';
import { connectGateway } from '../gateway/client.ts';
import { createTokenIn, parsePlace } from '../gateway/in-cluster.ts';
import { addGatewayOptions, type ConnectionOptions, collect } from '../gateway/options.ts';
import type { CommandContext } from '../kernel/context.ts';
import { distance, parseMoment } from '../kernel/duration.ts';
import { codeOf, Failure } from '../kernel/failure.ts';
import { parseNames } from '../kernel/names.ts';
import { printColumns } from '../view/table.ts';

const examples = `
A token names who calls (subject), the human behind it (owner), and the caller's roles. A token for agents (\`--for mcp\`)
opens /mcp and nothing else. A token for people (\`--for admin\`) decides approvals with the role approver, reads the audit
with auditor, and manages tokens with admin. The secret is shown once; only its hash is kept.

A gateway in a cluster gets the tokens of people from a file, an array of entries in a Secret. --offline asks no gateway:
it prints a token, and adds its entry, which holds the hash, to --file or prints it on standard error; with --json it
prints both. A token for an agent can also be had from a gateway in a cluster by those who may execute programs in its
pod: --in names a context of the kubeconfig and a namespace.

Examples:
  $ lockstep token create ci-agent --owner ada@example.com --role writer
  $ lockstep token create ada --owner ada@example.com --for admin --role approver,auditor --expires 12h --out ada.token
  $ lockstep token create ada --owner ada@example.com --for admin --role admin --offline --file tokens.json
  $ lockstep token create ci-agent --owner ada@example.com --in kind-mcp/mcp-dev --out ci.token
  $ lockstep token list
  $ lockstep token revoke tok_3kq…`;

type TokenInfo = z.infer<typeof tokenInfoSchema>;

interface CreateOptions extends ConnectionOptions {
  owner: string;
  role?: string[];
  for: 'mcp' | 'admin';
  expires: string;
  in?: string;
  offline?: boolean;
  file?: string;
  out?: string;
  json?: boolean;
}

export function tokenCommand(context: CommandContext): Command {
  return new Command('token')
    .addHelpText('after', examples)
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context));
}

function createCommand(context: CommandContext): Command {
  const command = new Command('create')
    .description('create a token, and print it once, alone on standard output')
    .argument('<subject>', 'what it is called: the agent or person that holds it')
    .requiredOption('--owner <human>', 'the human behind it; nobody approves what belongs to themselves')
    .option('--role <roles>', 'roles, separated by commas; repeatable', collect)
    .addOption(new Option('--for <audience>', 'what it opens').choices(['mcp', 'admin']).default('mcp'))
    .option('--expires <when>', 'a duration or a date', '30d')
    .option('--in <context/namespace>', 'have it created in a cluster, through kubectl; for agents only')
    .option('--offline', 'ask no gateway: print a token and its entry for a token file')
    .option('--file <file>', 'with --offline, the token file to add the entry to (created when missing)')
    .option('--out <file>', 'write the token to this file, which only you can read, instead of printing it')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (subject: string, options: CreateOptions) => {
      const body = {
        subject,
        owner: options.owner,
        roles: (options.role ?? []).flatMap(parseNames),
        audience: options.for,
        expiresAt: parseMoment('--expires', options.expires, 'ahead'),
      };
      checkAudience(body, command.getOptionValueSource('for') === 'cli');
      if (options.out !== undefined && options.json) {
        throw new Failure('--out and --json would print the token in two places; choose one.');
      }
      if (options.file !== undefined && !options.offline) {
        throw new Failure('--file goes with --offline: a gateway that is asked keeps its tokens itself.');
      }
      if (options.offline) {
        refuseBeside(command, '--offline asks no gateway', ['in', 'state', 'env', 'url', 'tokenFile']);
        return printOffline(body, options, context);
      }
      const created =
        options.in === undefined
          ? await askGateway(body, options, context)
          : await askInCluster(options.in, body, { command, context });
      if (options.json) return context.json(created);
      handOver(created.token, options.out, context);
      context.note(
        `${describe(created)}. ${whereItIs(options.out)}; revoke it with \`lockstep token revoke ${created.id}\`.`,
      );
    });
  return addGatewayOptions(command);
}

async function askGateway(body: NewToken, options: ConnectionOptions, context: CommandContext) {
  const gateway = connectGateway(options, context);
  const created = await gateway.ask(createdTokenSchema, { method: 'POST', path: '/tokens', body });
  await gateway.close();
  return created;
}

/** Has a gateway's pod do it; see `demandForAgent`, which refuses the rest where it counts. */
async function askInCluster(
  place: string,
  body: NewToken,
  { command, context }: { readonly command: Command; readonly context: CommandContext },
) {
  refuseBeside(command, '--in names the gateway', ['state', 'url', 'tokenFile']);
  if (body.audience === 'admin' || body.roles.some((role) => privilegedRoles.includes(role))) {
    throw new Failure(
      '--in creates tokens for agents only; approvers, auditors and admins come from the token file, so make an entry with --offline.',
    );
  }
  const { env } = command.opts<CreateOptions>();
  return context.progress('Asking the gateway in its pod', () =>
    createTokenIn(parsePlace(place, env), body, context),
  );
}

/** Refuses what is hardly meant: a token that lets its holder do nothing that its roles are for. */
function checkAudience(
  { roles, audience }: { readonly roles: readonly string[]; readonly audience: string },
  isChosen: boolean,
): void {
  const forPeople = roles.filter((role) => privilegedRoles.includes(role));
  if (!isChosen && forPeople.length > 0) {
    throw new Failure(
      `--role ${forPeople.join(',')} takes effect on the pages and in the admin API, which a token for /mcp doesn't open; add \`--for admin\`, or \`--for mcp\` if an agent should hold the role.`,
    );
  }
  if (audience === 'admin' && roles.length === 0) {
    throw new Failure(
      'a token for admin without a role decides and reads nothing; add --role with approver, auditor, admin, or a role that rules name as approvers.',
    );
  }
}

/** Prints the token, or writes it to a file that only this account can read and that wasn't there. */
function handOver(token: string, out: string | undefined, context: CommandContext): void {
  if (out === undefined) {
    context.print(token);
    return;
  }
  try {
    writeFileSync(resolve(context.cwd, out), `${token}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    context.print(token);
    throw new Failure(
      codeOf(error) === 'EEXIST'
        ? `--out: ${out} is there already; the token is on standard output instead, and works.`
        : `--out: ${out} can't be written (${codeOf(error)}); the token is on standard output instead, and works.`,
    );
  }
}

function whereItIs(out: string | undefined): string {
  return out === undefined ? "It isn't shown again" : `It is in ${out}`;
}

/** Prints a token that no gateway knows yet, and what makes one know it. */
async function printOffline(
  wish: Parameters<typeof makeFileToken>[0],
  { json, file, out }: CreateOptions,
  context: CommandContext,
): Promise<void> {
  const { makeFileToken } = await import('@lockstep/gateway');
  const made = makeFileToken(wish);
  if (file !== undefined) await addToTokenFile(resolve(context.cwd, file), file, made.entry);
  if (json) return context.json(made);
  handOver(made.token, out, context);
  if (file !== undefined) return context.note(`${whereItIs(out)}. Its entry is in ${file}.`);
  context.note(`${whereItIs(out)}. Its entry for the token file:`);
  context.note(JSON.stringify(made.entry, null, 2));
}

/** An option that names another gateway would be silently without effect. */
function refuseBeside(command: Command, why: string, others: readonly string[]): void {
  const named = others.find((name) => command.getOptionValueSource(name) === 'cli');
  if (named === undefined) return;
  const option = command.options.find((known) => known.attributeName() === named)?.long;
  throw new Failure(`${why}; leave out ${option}.`);
}

function listCommand(context: CommandContext): Command {
  const command = new Command('list')
    .description('list tokens, without their secrets')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ lockstep token list\n  $ lockstep token list --env prod --json')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const gateway = connectGateway(options, context);
      const { tokens } = await gateway.ask(tokenListSchema, { path: '/tokens' });
      await gateway.close();
      if (options.json) return context.json({ tokens });
      if (tokens.length === 0) return context.print('There are no tokens.');
      const head = ['id', 'subject', 'owner', 'for', 'roles', 'from', 'state'].map(context.paint.bold);
      const rows = tokens.map((token) => [
        token.id,
        visible(token.subject),
        visible(token.owner),
        token.audience,
        token.roles.join(', '),
        token.source === 'file' ? 'the token file' : visible(token.createdBy),
        stateOf(token, context),
      ]);
      context.print(printColumns(head, rows, context.columns));
    });
  return addGatewayOptions(command);
}

function revokeCommand(context: CommandContext): Command {
  const command = new Command('revoke')
    .description('end a token for good; whoever holds it is signed out at once')
    .argument('<id>', 'as `token list` shows it')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ lockstep token revoke tok_3kq…')
    .action(async (id: string, options: ConnectionOptions & { json?: boolean }) => {
      const gateway = connectGateway(options, context);
      const path = `/tokens/${encodeURIComponent(id)}`;
      const token = await gateway.ask(tokenInfoSchema, { method: 'DELETE', path });
      await gateway.close();
      if (options.json) return context.json(token);
      context.print(`${token.id} of ${visible(token.subject)} is revoked.`);
    });
  return addGatewayOptions(command);
}

function describe(token: TokenInfo): string {
  const { length } = token.roles;
  const roles = length === 0 ? 'no roles' : `the role${length === 1 ? '' : 's'} ${token.roles.join(', ')}`;
  return `${token.id}: ${visible(token.subject)} of ${visible(token.owner)} with ${roles}, for ${distance(token.expiresAt)}`;
}

function stateOf(token: TokenInfo, { paint }: CommandContext): string {
  if (token.revokedAt !== null) return paint.dim(`revoked by ${visible(token.revokedBy ?? '')}`);
  if (Date.parse(token.expiresAt) <= Date.now()) return paint.dim('expired');
  return paint.green(`ends in ${distance(token.expiresAt)}`);
}

/**
 * Adds an entry to a token file, in one go. It holds hashes only, and nothing that must be kept from readers.
 *
 * @param shown the file as a person gave it.
 * @throws Failure where it is no token file, and ConfigurationError where it couldn't be one with this entry; it stays
 *   as it is.
 */
async function addToTokenFile(path: string, shown: string, entry: TokenFileEntry): Promise<void> {
  const { tokenFileSchema } = await import('@lockstep/gateway');
  const entries = parseOrThrow(tokenFileSchema, [...readEntries(path, shown), entry], shown);
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, `${JSON.stringify(entries, null, 2)}\n`);
  renameSync(aside, path);
}

function readEntries(path: string, shown: string): unknown[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (Array.isArray(entries)) return entries;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    if (!(error instanceof SyntaxError)) {
      throw new Failure(`${shown} can't be read (${codeOf(error)}); correct its permissions.`, {
        cause: error,
      });
    }
  }
  throw new Failure(`${shown} is no token file, which is a JSON array; name another file.`);
}
