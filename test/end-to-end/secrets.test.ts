import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ServerInput } from '@lockstep/model';
import { openSdkHttp, type SdkHttp } from '@lockstep/testing/servers/sdk-http';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type TestClient } from './clients.ts';
import { makeProject, type Project, testServer } from './project.ts';
import type { Running } from './running.ts';

// Its forms all differ from each other, so that each is searched for by itself.
const planted = 'pl+nted/"s3cret"?&token=';
const filed = 'pl+nted/"file"?&of=secrets';
const header = 'planted-header-value';

let project: Project;
let up: Running;
let client: TestClient;
let docs: SdkHttp;
let accepted = `Bearer ${header}`;
const output: string[] = [];

/** Writes a secret to the place where `lockstep up dev` looks for it. */
async function store(file: string, value: string): Promise<string> {
  const path = join(project.folder, '.lockstep/dev/secrets', file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${value}\n`);
  await chmod(path, 0o600);
  return path;
}

beforeAll(async () => {
  docs = await openSdkHttp('modern', ({ authorization }) => authorization === accepted);
  const rules = [{ name: 'add', tools: 'docs/add', decision: 'allow' as const }];
  const remote: ServerInput = {
    remote: { url: docs.url },
    secrets: {
      Authorization: { reference: 'mcp/docs#token', delivery: 'header', template: 'Bearer ${secret}' },
    },
  };
  const local = testServer('secretive.ts', ['${secret:KEY}'], {
    isolation: 'shared',
    secrets: {
      API_TOKEN: { reference: 'mcp/app#token', delivery: 'env' },
      KEY: { reference: 'mcp/app#key', delivery: 'file' },
    },
  });
  const notes = testServer('stateful.ts', ['${principaldir}']);
  project = await makeProject({ servers: { notes }, environments: { dev: { profile: 'dev' } } });
  const servers = { notes, docs: remote, app: local };
  await project.write({ servers, environments: { dev: { profile: 'dev', rules } } });
});
afterAll(async () => {
  await client?.close();
  await up?.stop();
  await project?.remove();
  await docs?.[Symbol.asyncDispose]();
});

it("a server isn't locked without its secrets, and the error says where to put them", async () => {
  const locked = await project.lockstep(['lock', '--as', 'reviewed']);
  expect(locked.code).toBe(2);
  expect(locked.stderr).toContain(
    "app can't be locked here: the secret mcp/app#token isn't here; write it to .lockstep/dev/secrets/mcp/app/token with mode 0600 or set LOCKSTEP_SECRET_MCP_APP_TOKEN",
  );
  expect(locked.stderr).toContain('set LOCKSTEP_SECRET_MCP_DOCS_TOKEN');
});

it('servers are locked and run with their secrets: in a header, a variable and a file', async () => {
  await store('mcp/app/key', filed);
  await store('mcp/docs/token', header);
  const env = { LOCKSTEP_SECRET_MCP_APP_TOKEN: planted };
  const locked = await project.lockstep(['lock', '--as', 'reviewed'], env);
  expect(locked.code, locked.stderr).toBe(0);
  output.push(locked.stdout, locked.stderr);
  await project.confirmAll();
  await store('mcp/app/token', planted);
  up = await project.up('dev');
  client = await connect('modern', `${up.url}/mcp`);
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(JSON.parse((await client.call('app__given')).text)).toEqual({
    token: hashOf(planted),
    file: hashOf(`${filed}\n`),
  });
  expect(await client.call('docs__add', { a: 1, b: 2 })).toMatchObject({ text: '3' });
});

it('a changed file reaches the header without a restart', async () => {
  accepted = 'Bearer another-header-value';
  await store('mcp/docs/token', 'another-header-value');
  expect(await client.call('docs__add', { a: 2, b: 2 })).toMatchObject({ text: '4' });
});

it('no secret is in a record, a log, a metric, a bundle or a lock, in any form', async () => {
  const failed = await client.call('app__fail');
  expect(failed.isError).toBe(true);
  const metrics = /^metrics (\S+)/m.exec(up.output())?.[1] ?? '';
  for (const url of [metrics, `${up.url}/readyz`]) output.push(await (await fetch(url)).text());
  output.push(failed.text);
  const { body } = await up.admin('GET', '/audit/search');
  output.push(JSON.stringify(body), JSON.stringify((await up.admin('GET', '/status')).body));
  await until('its last words are logged', async () => up.output().includes('refused: ') || undefined);
  expect(up.output()).toContain('refused: \\"[secret]\\" [secret] [secret] [secret] [secret]');
  await up.stop();
  output.push(up.output(), await readFile(project.lockPath, 'utf8'));
  const state = join(project.folder, '.lockstep/dev');
  for (const entry of await readdir(state, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.startsWith(join(state, 'secrets')))
      output.push(await readFile(path, 'latin1'));
  }
  const everything = output.join('\n');
  for (const secret of [planted, filed, header, 'another-header-value']) {
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      JSON.stringify(JSON.stringify(secret)).slice(3, -3),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
    ];
    for (const form of forms) expect(everything).not.toContain(form);
  }
});

it('a server may not get the folder of the secrets', async () => {
  const servers = { app: testServer('secretive.ts', ['.lockstep/dev/secrets/mcp/app/key']) };
  await project.write({ servers, environments: { dev: { profile: 'dev' } } });
  const refused = await project.lockstep(['lock', '--check']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('which lies inside the state folder');
});
