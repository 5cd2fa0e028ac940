/** What a client is connected to. */
interface Connection {
  /** What the client will call it. */
  readonly name: string;
  readonly url: string;
  /** The environment variable that holds a token; absent: no credential is sent. */
  readonly tokenVariable?: string;
}

/** How one client is connected: a command to run, or text to put into a file. */
interface Recipe {
  readonly command?: string;
  readonly file?: { readonly path: string; readonly text: string };
  /** What else a person should know. */
  readonly notes: readonly string[];
}

/** Every client that can be connected, by the name it goes by here. */
export const clients: Readonly<Record<string, (connection: Connection) => Recipe>> = {
  'claude-code': ({ name, url, tokenVariable }) => ({
    command: [
      `claude mcp add --transport http ${name} ${quote(url)}`,
      ...(tokenVariable === undefined ? [] : [`--header "Authorization: Bearer $${tokenVariable}"`]),
    ].join(' '),
    notes: ['Add `--scope user` to have it in every project.'],
  }),
  'claude-desktop': ({ name, url, tokenVariable }) => ({
    file: {
      path: '~/Library/Application Support/Claude/claude_desktop_config.json',
      text: pretty({
        mcpServers: {
          [name]: {
            command: 'npx',
            args: [
              ...['-y', 'mcp-remote', url],
              ...(url.startsWith('http:') && !isLoopback(url) ? ['--allow-http'] : []),
              ...(tokenVariable === undefined ? [] : ['--header', 'Authorization:${LOCKSTEP_AUTHORIZATION}']),
            ],
            ...(tokenVariable !== undefined && { env: { LOCKSTEP_AUTHORIZATION: 'Bearer <token>' } }),
          },
        },
      }),
    },
    notes: [
      'It starts servers on pipes alone, so that mcp-remote, which npx installs, goes between. On Linux the file is ~/.config/Claude/claude_desktop_config.json.',
      ...(tokenVariable === undefined
        ? []
        : [`It reads no variables: write what ${tokenVariable} holds in the place of <token>.`]),
    ],
  }),
  vscode: (connection) => {
    const { name, url, tokenVariable } = connection;
    const entry = { type: 'http', url, ...headers(tokenVariable, '${input:lockstep-token}') };
    const inputs = [
      { type: 'promptString', id: 'lockstep-token', description: 'Lockstep token', password: true },
    ];
    return {
      file: {
        path: '.vscode/mcp.json',
        text: pretty({ ...(tokenVariable !== undefined && { inputs }), servers: { [name]: entry } }),
      },
      ...(tokenVariable === undefined && {
        command: `code --add-mcp ${quote(JSON.stringify({ name, type: 'http', url }))}`,
      }),
      notes: ['It needs the agent mode of Copilot Chat.'],
    };
  },
  cursor: ({ name, url, tokenVariable }) => ({
    file: {
      path: '~/.cursor/mcp.json',
      text: pretty({
        mcpServers: { [name]: { url, ...headers(tokenVariable, `\${env:${tokenVariable}}`) } },
      }),
    },
    notes: ["A project's own file is `.cursor/mcp.json`."],
  }),
  codex: ({ name, url, tokenVariable }) => ({
    command: [
      `codex mcp add ${name} --url ${quote(url)}`,
      ...(tokenVariable === undefined ? [] : [`--bearer-token-env-var ${tokenVariable}`]),
    ].join(' '),
    file: {
      path: '~/.codex/config.toml',
      text: [
        `[mcp_servers.${name}]`,
        `url = ${JSON.stringify(url)}`,
        ...(tokenVariable === undefined ? [] : [`bearer_token_env_var = ${JSON.stringify(tokenVariable)}`]),
      ].join('\n'),
    },
    notes: [],
  }),
  json: ({ name, url, tokenVariable }) => ({
    file: {
      path: 'mcp.json',
      text: pretty({
        mcpServers: { [name]: { type: 'http', url, ...headers(tokenVariable, `\${${tokenVariable}}`) } },
      }),
    },
    notes: ['Most clients read this shape; the name of the file is theirs.'],
  }),
};

function isLoopback(url: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(url).hostname);
}

function headers(tokenVariable: string | undefined, reference: string): { headers?: Record<string, string> } {
  return tokenVariable === undefined ? {} : { headers: { Authorization: `Bearer ${reference}` } };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Quotes a word for a POSIX shell, where it needs that. */
function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
