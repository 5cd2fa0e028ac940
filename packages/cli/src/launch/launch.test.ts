import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defineServers, type ServerInput } from '@lockstep/model';
import type { ServerDefinition, Source } from '@lockstep/model/internal';
import { afterAll, expect, test, vi } from 'vitest';
import { createContainers } from './containers.ts';
import { hashFile } from './executable.ts';
import { type Host, launchOf } from './launch.ts';
import { localSecrets } from './local-secrets.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'launch-')));
const executable = join(folder, 'srv');
writeFileSync(executable, '#!/bin/sh\n');
chmodSync(executable, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host: Host = {
  packages: join(folder, 'packages'),
  cwd: folder,
  project: folder,
  env: { PATH: folder, TOKEN: 'secret' },
  containers: { launch: vi.fn(), resolve: vi.fn(), close: vi.fn() },
  secrets: localSecrets({ folders: [join(folder, 'secrets')], env: {}, cwd: folder }),
};

const launch = (input: ServerInput, source: Source) => {
  const definition = defineServers({ srv: input }).srv as ServerDefinition;
  return launchOf('srv', definition, { source }, host);
};

test('a command is found on PATH or by its path, and must be the one that was locked', async () => {
  const sha256 = await hashFile(executable);
  for (const command of ['srv', './srv', executable]) {
    expect(
      await launch({ run: { command, args: ['-v'], env: { A: '1' } } }, { type: 'command', sha256 }),
    ).toEqual({
      type: 'stdio',
      command: executable,
      args: ['-v'],
      env: { A: '1' },
    });
  }
  expect(await launch({ run: { command: 'srv' } }, { type: 'command', sha256: '0'.repeat(64) })).toEqual({
    type: 'absent',
    reason: `${executable} isn't the executable that was locked; put that one back or run \`lockstep lock srv --update\``,
  });
  expect(await launch({ run: { command: 'nowhere' } }, { type: 'command', sha256 })).toEqual({
    type: 'absent',
    reason: "`nowhere` isn't found on this host; install it, or correct the path",
  });
});

test("what a server needs is passed to it, and without it the server isn't run", async () => {
  const source: Source = { type: 'command', sha256: await hashFile(executable) };
  expect(await launch({ run: { command: 'srv' }, needs: ['TOKEN'] }, source)).toMatchObject({
    env: { TOKEN: 'secret' },
  });
  expect(await launch({ run: { command: 'srv' }, needs: ['TOKEN', 'A', 'B'] }, source)).toEqual({
    type: 'absent',
    reason: "A and B aren't set",
  });
});

test('secrets come as variables and as paths of files, and are named to be blanked', async () => {
  const source: Source = { type: 'command', sha256: await hashFile(executable) };
  const input: ServerInput = {
    run: { command: 'srv', args: ['--key=${secret:KEY}'], env: { KEY_FILE: '${secret:KEY}' } },
    secrets: {
      API_TOKEN: { reference: 'mcp/srv#token', delivery: 'env' },
      KEY: { reference: 'mcp/srv#key', delivery: 'file' },
    },
  };
  expect(await launch(input, source)).toEqual({
    type: 'absent',
    reason: `the secret mcp/srv#token isn't here; write it to ${join('secrets', 'mcp', 'srv', 'token')} with mode 0600 or set LOCKSTEP_SECRET_MCP_SRV_TOKEN`,
  });
  const key = join(folder, 'secrets', 'mcp', 'srv', 'key');
  mkdirSync(dirname(key), { recursive: true });
  writeFileSync(key, 'the key\n', { mode: 0o600 });
  writeFileSync(join(dirname(key), 'token'), 'the srv token\n', { mode: 0o600 });
  expect(await launch(input, source)).toEqual({
    type: 'stdio',
    command: executable,
    args: [`--key=${key}`],
    env: { KEY_FILE: key, API_TOKEN: 'the srv token' },
    hidden: ['the srv token', 'the key\n'],
  });
});

test("a server whose headers lack a secret isn't run", async () => {
  const url = 'https://docs.example.com/mcp';
  const secrets = { 'X-Key': { reference: 'mcp/docs#token', delivery: 'header' } } as const;
  expect(await launch({ remote: { url }, secrets }, { type: 'remote', url })).toEqual({
    type: 'absent',
    reason: expect.stringContaining('or set LOCKSTEP_SECRET_MCP_DOCS_TOKEN'),
  });
});

test('a remote server is reached at its URL', async () => {
  const url = 'https://docs.example.com/mcp';
  expect(await launch({ remote: { url } }, { type: 'remote', url })).toEqual({ type: 'http', url });
});

test('an image runs where an engine works, on loopback, pinned by its digest, and is removed in the end', async () => {
  const calls = join(folder, 'calls');
  const engine = `#!/bin/sh
echo "$@ KEY=$KEY" >> ${calls}
case "$1" in
  info) exit 0 ;;
  ps) echo left ;;
  run) echo cafe ;;
  port) echo 127.0.0.1:4711 ;;
esac
`;
  writeFileSync(join(folder, 'podman'), engine);
  chmodSync(join(folder, 'podman'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  const containers = createContainers('/state');
  const reached = { type: 'http', url: 'http://127.0.0.1:4711/mcp', hidden: ['hidden'] };
  const digest = `sha256:${'a'.repeat(64)}`;
  const run = {
    reference: 'ghcr.io/x/y:1',
    digest,
    port: 8082,
    path: '/mcp',
    args: ['--flag'],
    env: { KEY: 'hidden' },
    files: [{ from: '/state/secrets/token', to: '/var/run/secrets/lockstep/files/TOKEN' }],
    hidden: ['hidden'],
  };
  expect(await containers.launch('srv', run)).toEqual(reached);
  expect(await containers.launch('srv', run)).toEqual(reached);
  await containers.close();
  vi.unstubAllEnvs();
  const lines = readFileSync(calls, 'utf8').trim().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^info/),
    expect.stringMatching(/^ps --all --quiet --filter label=lockstep\.owner=/),
    expect.stringMatching(/^rm --force left/),
    expect.stringMatching(
      new RegExp(
        `^run --detach --rm --label lockstep\\.owner=\\w+ --publish 127\\.0\\.0\\.1::8082 --env KEY --volume /state/secrets/token:/var/run/secrets/lockstep/files/TOKEN:ro ghcr\\.io/x/y@${digest} --flag KEY=hidden$`,
      ),
    ),
    expect.stringMatching(/^port cafe 8082\/tcp/),
    expect.stringMatching(/^rm --force cafe/),
  ]);
});

test("without an engine an image isn't run, which is said", async () => {
  vi.stubEnv('PATH', join(folder, 'empty'));
  const run = {
    reference: 'x',
    digest: `sha256:${'a'.repeat(64)}`,
    port: 1,
    path: '/mcp',
    args: [],
    env: {},
  };
  expect(await createContainers('/state').launch('srv', run)).toEqual({
    type: 'absent',
    reason: 'neither podman nor docker works here',
  });
  vi.unstubAllEnvs();
});
