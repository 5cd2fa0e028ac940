import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploymentOf } from '@lockstep/testing/deployed';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleGateway } from '../../scripts/image/bundle.ts';
import { connect } from '../end-to-end/clients.ts';
import { httpRelease, openHttpServer } from '../end-to-end/http-server.ts';
import { makePod } from '../end-to-end/pod.ts';

/** Far from any node_modules, as in the image. */
let folder: string;
let app: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-bundle-'));
  app = await mkdtemp(join(folder, 'app-'));
  await bundleGateway(app);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("is one program, the store's thread, and the licences of what is in them", async () => {
  expect((await readdir(app)).sort()).toEqual([
    'LICENSE',
    'NOTICE',
    'lockstep-gateway.mjs',
    'package.json',
    'worker.js',
  ]);
  const notice = await readFile(join(app, 'NOTICE'), 'utf8');
  for (const name of [
    'kysely',
    'undici',
    'zod',
    'pino',
    '@modelcontextprotocol/client',
    '@aws-sdk/client-s3',
  ]) {
    expect(notice).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(.+\\)\\n-+\\n\\n.+`, 'm'));
  }
});

it('has the same bytes each time, and names no folder of this machine', async () => {
  const again = await mkdtemp(join(folder, 'again-'));
  await bundleGateway(again);
  for (const name of await readdir(app)) {
    const text = await readFile(join(app, name), 'utf8');
    expect((await readFile(join(again, name), 'utf8')) === text, name).toBe(true);
    expect(text.includes(process.cwd()), name).toBe(false);
  }
});

it('has its source maps in another folder', async () => {
  const maps = await mkdtemp(join(folder, 'maps-'));
  await bundleGateway(await mkdtemp(join(folder, 'mapped-')), maps);
  expect((await readdir(maps)).sort()).toEqual(['lockstep-gateway.mjs.map', 'worker.js.map']);
});

it('serves: a call goes through, the thread records it, and the gateway ends cleanly', async () => {
  await using server = await openHttpServer('first');
  await using pod = await makePod([join(app, 'lockstep-gateway.mjs')]);
  const releases = { one: httpRelease('http://127.0.0.1:1/mcp') };
  await pod.deploy({ releases, deployment: deploymentOf(releases, server.url) });
  const { token, entry } = await pod.makeToken('ci');
  await pod.writeTokens([entry]);
  const gateway = await pod.start();
  try {
    const client = await connect('modern', `${gateway.url}/mcp`, token);
    expect((await client.call('one__whoami')).text).toBe('first');
    await client.close();
  } finally {
    expect(await gateway.stop()).toBe(0);
  }
  expect((await stat(join(pod.folder, 'state/data/gateway.db'))).size).toBeGreaterThan(0);
});

it('bridges', async () => {
  const key = join(folder, 'bridge.key');
  await writeFile(key, new Uint8Array(32), { mode: 0o600 });
  const flags = ['--host', '127.0.0.1', '--port', '0', '--key', key, '--state', join(folder, 'state')];
  const argv = [join(app, 'lockstep-gateway.mjs'), 'bridge', ...flags, '--', process.execPath, '--version'];
  const child = spawn(process.execPath, argv, { cwd: folder, env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    const port = await until('it listens', () => /"port":(\d+)/.exec(output)?.[1]);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: '{}' })).status).toBe(401);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  expect(child.exitCode).toBe(0);
});
