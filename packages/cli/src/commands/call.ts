import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRecord, parseTarget, visible } from '@lockstep/model/internal';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { Command } from 'commander';
import { addGatewayOptions, type ConnectionOptions, mcpUrl } from '../gateway/options.ts';
import { readToken } from '../gateway/read-token.ts';
import { requireGateway } from '../gateway/running.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { version } from '../kernel/version.ts';

const examples = `
Calls a tool as an agent would: through the gateway, which decides, records, and may have the call wait for approval.
Without a token you are the local user, on this machine only; a token must be one for agents (\`--for mcp\`).

Examples:
  $ lockstep call files/read_file --args '{"path": "README.md"}'
  $ lockstep call files/write_file --args @arguments.json --reason 'the release notes'
  $ lockstep call git/git_status --url https://mcp.example.com --token-file agent.token --json

Exit codes: 0 the tool answered, 1 it answered with an error or the gateway refused, 2 could not run.`;

interface Options extends ConnectionOptions {
  args: string;
  reason?: string;
  timeout: string;
  json?: boolean;
}

export function callCommand(context: CommandContext): Command {
  const command = new Command('call')
    .argument('<target>', 'server/tool')
    .option('--args <json>', 'the arguments as a JSON object, or @FILE that holds it', '{}')
    .option('--reason <text>', 'why, for those who may have to approve')
    .option('--timeout <seconds>', 'give up after so many seconds', '120')
    .option('--json', 'print the whole result as JSON')
    .addHelpText('after', examples)
    .action(async (target: string, options: Options) => {
      const parsed = parseTarget(target);
      if (parsed?.kind !== 'tool')
        throw new Failure(`${target} is no tool; write server/tool, as in files/read_file.`);
      const args = readArguments(options.args, context.cwd);
      const result = await context.progress(`Calling ${target}`, () =>
        callTool(parsed, args, options, context),
      );
      if (result.isError === true) context.found();
      if (options.json) return context.json(result);
      for (const line of printResult(result)) context.print(line);
    });
  return addGatewayOptions(command, 'a token for agents');
}

function readArguments(text: string, cwd: string): Record<string, unknown> {
  const file = text.startsWith('@') ? text.slice(1) : undefined;
  const where = file === undefined ? '--args' : `--args ${file}`;
  let args: unknown;
  try {
    args = JSON.parse(file === undefined ? text : readFileSync(resolve(cwd, file), 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? `isn't JSON (${error.message})` : "can't be read";
    throw new Failure(`${where} ${why}; write an object, as in '{"path": "README.md"}'.`);
  }
  if (isRecord(args)) return args;
  throw new Failure(`${where} is no object; write one, as in '{"path": "README.md"}'.`);
}

async function callTool(
  { server, name }: { readonly server: string; readonly name: string },
  args: Record<string, unknown>,
  options: Options,
  context: CommandContext,
): Promise<CallToolResult> {
  const url = new URL(mcpUrl(options.url ?? requireGateway(options, context).url, server));
  const token = readToken(options, context);
  const seconds = Number(options.timeout);
  if (!(seconds > 0)) throw new Failure(`--timeout ${options.timeout} is no number of seconds.`);
  // Loaded when it is needed: no other command speaks MCP.
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const client = new Client({ name: 'lockstep', version }, { versionNegotiation: { mode: 'auto' } });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    const request = {
      name,
      arguments: args,
      ...(options.reason !== undefined && { _meta: { 'lockstep/reason': options.reason } }),
    };
    return (await client.callTool(request, { timeout: seconds * 1000 })) as CallToolResult;
  } catch (error) {
    throw new Failure(`${server}/${name} could not be called at ${url}: ${whyOf(error)}`, {
      cause: error,
    });
  } finally {
    await client.close().catch(() => {});
  }
}

/** The gateway's own sentence, which the client quotes with all of the answer's JSON. */
function whyOf(error: unknown): string {
  const sentence = sentenceOf(error);
  try {
    const answer: unknown = JSON.parse(sentence.slice(sentence.indexOf('{')));
    if (isRecord(answer) && isRecord(answer.error) && typeof answer.error.message === 'string') {
      return answer.error.message;
    }
  } catch {
    // It quotes none.
  }
  return sentence;
}

/** Texts as they are, one after the other. */
function printResult({ content, structuredContent }: CallToolResult): string[] {
  return content.length > 0 || structuredContent === undefined
    ? content.map(printPart)
    : [JSON.stringify(structuredContent, null, 2)];
}

/** A text as it is; of what can't be printed, what it is. */
function printPart(part: CallToolResult['content'][number]): string {
  if (part.type === 'text') return printText(part.text);
  if (part.type === 'resource_link') return visible(part.uri);
  if (part.type === 'resource') {
    const { resource } = part;
    return 'text' in resource ? printText(resource.text) : `(${visible(resource.uri)}; --json prints it)`;
  }
  return `(${visible(part.mimeType)}, ${Buffer.byteLength(part.data, 'base64')} bytes; --json prints it)`;
}

function printText(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
