import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { parseJsonc } from '../import/jsonc.ts';
import { readServers } from '../import/mcp-json.ts';
import { printServers } from '../import/print-servers.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';

const examples = `
Reads what Claude, Cursor, Windsurf (\`mcpServers\`) and VS Code (\`servers\`) keep. \`npx\` becomes an npm package,
\`uvx\` a PyPI package, a URL a remote server. Values that may be secret are never copied: their names go to
\`needs\`, and a note says so. Nothing is written; paste what you want.

Examples:
  $ lockstep import ~/.cursor/mcp.json
  $ lockstep import .vscode/mcp.json --json

Exit codes: 0 fine, 1 a server was left out, 2 could not run.`;

export function importCommand(context: CommandContext): Command {
  return new Command('import')
    .argument('<mcp.json>', 'the file to read')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action((file: string, options: { json?: boolean }) => {
      const servers = readServers(readFile(resolve(context.cwd, file), file));
      if (servers === undefined) {
        throw new Failure(
          `${file} holds neither \`mcpServers\` nor \`servers\`; name an MCP client's configuration.`,
        );
      }
      if (options.json) context.json({ servers });
      else context.print(printServers(servers));
      if (servers.some((server) => server.definition === undefined)) context.found();
    });
}

function readFile(path: string, shown: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Failure(`${shown} can't be read; check its path.`);
  }
  try {
    return parseJsonc(text);
  } catch (error) {
    throw new Failure(`${shown} is no JSON: ${sentenceOf(error)}.`, { cause: error });
  }
}
