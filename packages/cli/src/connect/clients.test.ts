import { expect, test } from 'vitest';
import { makeProject } from '../project.fixture.ts';
import { clients } from './clients.ts';

const plain = { name: 'lockstep', url: 'http://127.0.0.1:7411/mcp' };
const withToken = { ...plain, tokenVariable: 'LOCKSTEP_TOKEN' };

test('Claude Code', () => {
  expect(clients['claude-code']?.(plain).command).toBe(
    'claude mcp add --transport http lockstep http://127.0.0.1:7411/mcp',
  );
  expect(clients['claude-code']?.(withToken).command).toBe(
    'claude mcp add --transport http lockstep http://127.0.0.1:7411/mcp --header "Authorization: Bearer $LOCKSTEP_TOKEN"',
  );
});

test('Claude Desktop goes through mcp-remote', () => {
  expect(JSON.parse(clients['claude-desktop']?.(plain).file?.text ?? '')).toEqual({
    mcpServers: { lockstep: { command: 'npx', args: ['-y', 'mcp-remote', plain.url] } },
  });
  const elsewhere = { ...withToken, url: 'http://gateway.internal/mcp' };
  expect(JSON.parse(clients['claude-desktop']?.(elsewhere).file?.text ?? '')).toEqual({
    mcpServers: {
      lockstep: {
        command: 'npx',
        args: [
          ...['-y', 'mcp-remote', elsewhere.url, '--allow-http'],
          ...['--header', 'Authorization:${LOCKSTEP_AUTHORIZATION}'],
        ],
        env: { LOCKSTEP_AUTHORIZATION: 'Bearer <token>' },
      },
    },
  });
});

test('VS Code', () => {
  expect(clients.vscode?.(plain)).toMatchObject({
    command: `code --add-mcp '{"name":"lockstep","type":"http","url":"http://127.0.0.1:7411/mcp"}'`,
    file: { path: '.vscode/mcp.json' },
  });
  const file = clients.vscode?.(withToken).file?.text ?? '';
  expect(JSON.parse(file)).toEqual({
    inputs: [{ type: 'promptString', id: 'lockstep-token', description: 'Lockstep token', password: true }],
    servers: {
      lockstep: {
        type: 'http',
        url: plain.url,
        headers: { Authorization: 'Bearer ${input:lockstep-token}' },
      },
    },
  });
});

test('Cursor and plain JSON', () => {
  expect(JSON.parse(clients.cursor?.(withToken).file?.text ?? '')).toEqual({
    mcpServers: { lockstep: { url: plain.url, headers: { Authorization: 'Bearer ${env:LOCKSTEP_TOKEN}' } } },
  });
  expect(JSON.parse(clients.json?.(plain).file?.text ?? '')).toEqual({
    mcpServers: { lockstep: { type: 'http', url: plain.url } },
  });
});

test('Codex', () => {
  expect(clients.codex?.(withToken)).toMatchObject({
    command: 'codex mcp add lockstep --url http://127.0.0.1:7411/mcp --bearer-token-env-var LOCKSTEP_TOKEN',
    file: {
      path: '~/.codex/config.toml',
      text: '[mcp_servers.lockstep]\nurl = "http://127.0.0.1:7411/mcp"\nbearer_token_env_var = "LOCKSTEP_TOKEN"',
    },
  });
});

test("the command: one server, another address, and what it doesn't know", async () => {
  const project = makeProject();
  try {
    const connect = (...args: string[]) => project.run('connect', ...args);
    expect((await connect('claude-code', '--server', 'files')).stdout).toBe(
      'claude mcp add --transport http lockstep-files http://127.0.0.1:7411/mcp/files\n',
    );
    expect((await connect('codex', '--url', 'https://mcp.example.com/mcp/')).stdout).toContain(
      'codex mcp add lockstep --url https://mcp.example.com/mcp\n',
    );
    expect(JSON.parse((await connect('json', '--json')).stdout)).toMatchObject({ client: 'json' });
    expect(JSON.parse((await connect('json')).stdout)).toMatchObject({ mcpServers: { lockstep: {} } });
    expect(await connect('vs')).toMatchObject({ code: 0, stdout: expect.stringContaining('code --add-mcp') });
    expect(await connect('claude')).toMatchObject({
      code: 2,
      stderr: 'lockstep: claude may be claude-code or claude-desktop; say which.\n',
    });
    expect(await connect('emacs')).toMatchObject({
      code: 2,
      stderr:
        'lockstep: emacs is no client that is known; choose one of claude-code, claude-desktop, vscode, cursor, codex, json. `json` suits most others.\n',
    });
    expect(await connect('json', '--url', 'mcp.example.com')).toMatchObject({ code: 2 });
    expect(await connect('json', '--server', 'a"b')).toMatchObject({ code: 2 });
    expect(await connect('json', '--name', 'a; rm -rf /')).toMatchObject({ code: 2 });
  } finally {
    project.remove();
  }
});
