import { expect, test } from 'vitest';
import { makeProject } from '../project.fixture.ts';
import { parseJsonc } from './jsonc.ts';
import { isReference, looksSecret } from './looks-secret.ts';
import { readServers } from './mcp-json.ts';
import { readRunnerCall } from './package-runner.ts';
import { printServers } from './print-servers.ts';

test('reads what Claude keeps: packages, commands and URLs, and no secret', () => {
  const servers = readServers({
    mcpServers: {
      filesystem: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-filesystem@2026.7.4', '/srv/data'],
      },
      'GitHub (work)': {
        command: 'npx',
        args: ['-y', '@example/github'],
        env: { GITHUB_TOKEN: 'ghp_abcdefghijklmnop', GITHUB_HOST: 'github.example.com' },
      },
      time: { command: 'uvx', args: ['mcp-server-time', '--local-timezone=UTC'] },
      docs: { type: 'http', url: 'https://docs.example.com/mcp', headers: { Authorization: 'Bearer abc' } },
      old: { type: 'sse', url: 'https://old.example.com/sse' },
      local: { command: 'node', args: ['/opt/server.js', "--name=it's"], cwd: '/opt' },
      db: {
        command: 'npx',
        args: ['-y', 'db-server', 'postgresql://me:hunter2@db/prod', '--api-key', 'abc123'],
      },
    },
  });
  expect(printServers(servers ?? [])).toMatchInlineSnapshot(`
    "import { defineServers } from '@lockstep/model';

    export const servers = defineServers({
      // It asked for version 2026.7.4: \`lockstep lock filesystem@2026.7.4\` locks that one.
      filesystem: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['/srv/data'] } },
      // It was called "GitHub (work)"; server names are DNS labels.
      // Not copied, since it may be secret: GITHUB_TOKEN; set it where the gateway runs.
      'github-work': {
        run: { npm: '@example/github', env: { GITHUB_HOST: 'github.example.com' } },
        needs: ['GITHUB_TOKEN'],
      },
      time: { run: { pypi: 'mcp-server-time', args: ['--local-timezone=UTC'] } },
      // Not copied, since headers may hold secrets: Authorization; declare each in \`secrets\`, as in "Authorization": secret('mcp/docs#token', { delivery: 'header' }).
      docs: { remote: { url: 'https://docs.example.com/mcp' } },
      // Left out: it speaks the legacy HTTP+SSE transport; ask its makers for their streamable HTTP URL.
      // old
      // \`cwd\` isn't copied: a server runs in a folder of its own.
      local: { run: { command: 'node', args: ['/opt/server.js', '--name=it\\'s'] } },
      // Argument 1 isn't copied, since it may be secret or a variable; declare it in \`secrets\` and write \${secret:NAME} in its place.
      // Argument 3 isn't copied, since it may be secret or a variable; declare it in \`secrets\` and write \${secret:NAME} in its place.
      db: { run: { npm: 'db-server', args: ['LEFT-OUT', '--api-key', 'LEFT-OUT'] } },
    });"
  `);
});

test('reads what VS Code keeps, with comments and inputs', () => {
  const json = parseJsonc(`{
    // Asked for once.
    "inputs": [{ "type": "promptString", "id": "token", "password": true }],
    "servers": {
      "search": { "type": "stdio", "command": "npx", "args": ["search-mcp",], "env": { "KEY": "\${input:token}" } },
    },
  }`);
  expect(readServers(json)).toEqual([
    {
      name: 'search',
      definition: { run: { npm: 'search-mcp' }, needs: ['KEY'] },
      notes: ['Not copied, since it may be secret: KEY; set it where the gateway runs.'],
    },
  ]);
});

test('two names that become one are told apart', () => {
  const servers = readServers({
    mcpServers: { 'my files': { url: 'http://a' }, 'my-files': { url: 'http://b' } },
  });
  expect(servers?.map(({ name }) => name)).toEqual(['my-files', 'my-files-2']);
});

test.each([
  ['npx', ['pkg'], { from: 'npm', package: 'pkg', args: [] }],
  [
    'npx',
    ['--yes', '--', '@a/b@1.2.3', 'x', '-y'],
    { from: 'npm', package: '@a/b', version: '1.2.3', args: ['x', '-y'] },
  ],
  ['npx', ['-p', '@a/b', 'tool', 'x'], { from: 'npm', package: '@a/b', bin: 'tool', args: ['x'] }],
  ['cmd', ['/c', 'npx', '-y', 'pkg'], { from: 'npm', package: 'pkg', args: [] }],
  ['/usr/bin/npx.cmd', ['pkg@latest'], { from: 'npm', package: 'pkg', version: 'latest', args: [] }],
  ['pnpm', ['dlx', 'pkg'], { from: 'npm', package: 'pkg', args: [] }],
  [
    'uvx',
    ['--python', '3.12', 'srv==2.0', '-v'],
    { from: 'pypi', package: 'srv', version: '2.0', args: ['-v'] },
  ],
  [
    'uv',
    ['tool', 'run', '--from', 'dist', 'script'],
    { from: 'pypi', package: 'dist', bin: 'script', args: [] },
  ],
  ['uvx', ['git+https://example.com/x'], undefined],
  ['npm', ['run', 'x'], undefined],
  ['docker', ['run', 'x'], undefined],
])('%s %j', (command, args, call) => {
  expect(readRunnerCall(command, args)).toEqual(call);
});

test.each([
  ['API_KEY', 'x'],
  ['githubToken', 'x'],
  ['PGPASSWORD_FILE_PASSWORD', 'x'],
  ['MAPS_KEY', 'deadbeef'.repeat(4)],
  ['ALGOLIA_KEY', '0123456789abcdef'.repeat(2)],
  ['KEY', 'abc123'],
  ['SESSION', 'abc123def'],
  ['OPENAI_KEY', 'sk-abc12345'],
  ['AUTH_HEADER', 'hunter2'],
  ['X', 'Bearer abcdefgh'],
  ['SEED', 'deadbeef'.repeat(4)],
  ['EXA', '3f2b8c1e-9d4a-4b6f-8e21-0c7d5a9b1e34'],
  ['PIN', '483920'],
  ['PWD_DB', 'x'],
  ['-p', 'shortpw3'],
  ['URL', 'https://mcp.example.com/api/mcp/s/MmQ4ZjEwYzQtYjY1Yi00ODk3LWE5/mcp'],
  ['URL', 'https://me:secret@example.com'],
  ['URL', 'https://example.com/?api_key=1'],
  ['ANYTHING', 'sk-proj-abcdefghijkl'],
  ['ANYTHING', 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3'],
])('%s=%s looks like a secret', (name, value) => {
  expect(looksSecret(name, value)).toBe(true);
});

test.each([
  ['LOG_LEVEL', 'debug'],
  ['KEYBOARD', 'qwerty'],
  ['MONKEY', 'see'],
  ['HOST', 'github.example.com'],
  ['API_KEY', ''],
  ['-p', '8080'],
  ['URL', 'https://example.com/v1/server-with-a-long-name-2026/mcp'],
  ['PATH_TO', '/a/long/path/that/is/longer/than/thirty-two/characters'],
])("%s=%s doesn't", (name, value) => {
  expect(looksSecret(name, value)).toBe(false);
});

test('what an editor fills in is a reference', () => {
  expect(['${input:x}', '$HOME', 'a-${env:B}', 'plain', 'US$5'].map(isReference)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('JSON with comments stays data: no code in it is run or let through', () => {
  expect(parseJsonc('\uFEFF{"a": [1, -2.5, null, true, "x"], // c\n}')).toEqual({
    a: [1, -2.5, null, true, 'x'],
  });
  for (const text of ['{"a": process.exit()}', '{a: 1}', '[...x]', '{"a": 1} + 1', '1n', '', '`x`']) {
    expect(() => parseJsonc(text)).toThrow(SyntaxError);
  }
});

test("the command prints TypeScript, or says why it can't", async () => {
  const project = makeProject({
    'mcp.json': { mcpServers: { a: { command: 'npx', args: ['a'] }, b: {} } },
    'other.json': { some: 'thing' },
    'broken.json': '{',
  });
  try {
    const { code, stdout } = await project.run('import', 'mcp.json');
    expect(code).toBe(1);
    expect(stdout).toContain("  a: { run: { npm: 'a' } },\n  // Left out: it has neither");
    expect(JSON.parse((await project.run('import', 'mcp.json', '--json')).stdout).servers).toHaveLength(2);
    expect(await project.run('import', 'other.json')).toMatchObject({
      code: 2,
      stderr:
        "lockstep: other.json holds neither `mcpServers` nor `servers`; name an MCP client's configuration.\n",
    });
    expect(await project.run('import', 'broken.json')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^lockstep: broken\.json is no JSON: /),
    });
    expect(await project.run('import', 'none.json')).toMatchObject({
      code: 2,
      stderr: "lockstep: none.json can't be read; check its path.\n",
    });
  } finally {
    project.remove();
  }
});
