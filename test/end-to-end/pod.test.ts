import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { planBundle } from '@lockstep/components/internal';
import { defineEnvironments, defineServers } from '@lockstep/model';
import { type DeployedWorld, deployedBundle, deploymentOf } from '@lockstep/testing/deployed';
import { volumeFilesOf, writeVolume } from '@lockstep/testing/kubelet-volume';
import { until } from '@lockstep/testing/until';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type TestClient } from './clients.ts';
import { type HttpServer, httpRelease, openHttpServer } from './http-server.ts';
import { makePod, type Pod } from './pod.ts';
import type { Running } from './running.ts';

let first: HttpServer;
let second: HttpServer;
let pod: Pod;
let gateway: Running;
let client: TestClient;
let ci: Awaited<ReturnType<Pod['makeToken']>>;
const opened = new AsyncDisposableStack();

const releases = { one: httpRelease('http://127.0.0.1:1/mcp') };
const deny = [{ name: 'quiet', tools: 'one/whoami', decision: { deny: 'it is secret' } }];
const at = ({ url }: HttpServer, more: Partial<DeployedWorld> = {}): DeployedWorld => ({
  releases,
  deployment: deploymentOf(releases, url),
  ...more,
});

async function ready(): Promise<{ status: number; bundle: string }> {
  const { statusCode, body } = await request(`${gateway.url}/readyz`);
  return { status: statusCode, bundle: ((await body.json()) as { bundle: string }).bundle };
}

async function statusWith(token: string | undefined, host?: string): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(host !== undefined && { host }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const { statusCode, body } = await request(`${gateway.url}/mcp`, { method: 'POST', headers, body: '{}' });
  await body.dump();
  return statusCode;
}

const whoami = async () => (await client.call('one__whoami')).text;

beforeAll(async () => {
  first = opened.use(await openHttpServer('first'));
  second = opened.use(await openHttpServer('second'));
  pod = opened.use(await makePod());
  await pod.deploy(at(first));
  ci = await pod.makeToken('ci');
  await pod.writeTokens([ci.entry]);
  gateway = await pod.start();
  opened.defer(async () => void (await gateway.stop()));
  client = await connect('modern', `${gateway.url}/mcp`, ci.token);
  opened.defer(() => client.close());
});
afterAll(() => opened.disposeAsync());

describe('a gateway in a pod', () => {
  it("lets a token of its file call a server at the deployment's address, and nobody else", async () => {
    expect(await whoami()).toBe('first');
    expect(await statusWith(undefined)).toBe(401);
    expect(await statusWith('lks_other')).toBe(401);
    expect(await ready()).toEqual({ status: 200, bundle: deployedBundle(at(first)).digest });
  });

  it('keeps no key of its own, and publishes the audit key beside its data', async () => {
    expect(await readdir(join(pod.folder, 'state/keys'))).toEqual(['audit.pub.pem']);
    expect(await readdir(join(pod.folder, 'keys'))).not.toContain('audit.pub.pem');
  });

  it('answers to its configured hosts, and sends people to its public address', async () => {
    const asked = [{ name: 'ask', tools: 'one/whoami', decision: { approve: {} } }];
    await pod.deploy(at(first, { rules: asked }));
    await until('it asks', async () => (await client.call('one__whoami')).isError);
    expect(await whoami()).toMatch(/https:\/\/mcp\.example\.com\/approvals\/apr_/);
    await pod.deploy(at(first));
    await until('it may again', async () => (await whoami()) === 'first');
    expect(await statusWith(undefined, 'mcp.example.com')).toBe(401);
    expect(await statusWith(undefined, 'other.example.com')).toBe(403);
  });

  it('applies a changed bundle while a call is in flight', async () => {
    const inFlight = client.call('one__wait');
    await until('the call is there', () => first.waiting() === 1);
    const next = at(first, { rules: deny });
    await pod.deploy(next);
    await until('the bundle is live', async () => (await ready()).bundle === deployedBundle(next).digest);
    expect(await client.call('one__whoami')).toMatchObject({ isError: true, text: /it is secret/ });
    first.release();
    expect(await inFlight).toMatchObject({ isError: false, text: 'first was released' });
    await pod.deploy(at(first));
    await until('it may again', async () => (await whoami()) === 'first');
  });

  it('accepts the ConfigMaps that the components plan, byte by byte', async () => {
    const { dev } = defineEnvironments({
      servers: defineServers({ one: { remote: { url: first.url } } }),
      lock: { lockVersion: 1, servers: { one: { releases: { '1': httpRelease(first.url) } } } },
      environments: {
        dev: {
          profile: 'dev',
          releases: { one: '1' },
          rules: [{ name: 'no-waiting', tools: 'one/wait', decision: { deny: 'waiting – naïve' } }],
        },
      },
    });
    if (dev === undefined) throw new Error('no environment');
    const endpoints = { one: { url: first.url, bridge: false } };
    const { configMaps, digest } = planBundle('gateway', 'lockstep-gateway', { environment: dev, endpoints });
    const files = volumeFilesOf(
      configMaps.map(({ data = {} }) => data as Record<string, string>),
      configMaps.map(({ binaryData = {} }) => binaryData),
    );
    await writeVolume(join(pod.folder, 'bundle'), files);
    await until('it is live', async () => (await ready()).bundle === digest);
    expect(await whoami()).toBe('first');
    expect((await client.call('one__wait')).text).toContain('waiting – naïve');
    await pod.deploy(at(first));
    await until('it may wait again', async () => (await ready()).bundle === deployedBundle(at(first)).digest);
  });

  it('follows a server that moved, under the same bundle, and records it in the audit', async () => {
    const { bundle } = await ready();
    const inFlight = client.call('one__wait');
    await until('the call is there', () => first.waiting() === 1);
    await pod.deploy(at(second));
    await until('the other answers', async () => (await whoami()) === 'second');
    first.release();
    expect(await inFlight).toMatchObject({ isError: false, text: 'first was released' });
    expect((await ready()).bundle).toBe(bundle);
    const { body } = await gateway.admin('GET', '/audit/search?kind=bundle.loaded&limit=1');
    expect(body.records[0].record.detail).toMatchObject({ before: bundle, deployment: /^sha256:/ });
  });

  it.each([
    ['lacks a server', { deploymentVersion: 1, servers: {} }, 'servers.one: is missing'],
    ["can't be read", { deploymentVersion: 9, servers: {} }, 'deployment.deploymentVersion'],
  ])('keeps the deployment in force when a new one %s', async (_what, deployment, why) => {
    await pod.deploy({ releases, deployment });
    await until('it is reported', () => gateway.output().includes(why));
    expect(await whoami()).toBe('second');
    await pod.deploy(at(second));
  });

  it('signs in and out whoever its token file names', async () => {
    const ops = await pod.makeToken('ops', '--for', 'admin', '--role', 'admin');
    const other = await pod.makeToken('other');
    await pod.writeTokens([ci.entry, ops.entry, other.entry]);
    await until('the new one is in', async () => (await statusWith(other.token)) !== 401);
    const listed = await gateway.admin('GET', '/tokens', undefined, ops.token);
    expect(listed.body.tokens).toContainEqual(
      expect.objectContaining({ id: other.entry.id, source: 'file' }),
    );
    expect(await gateway.admin('DELETE', `/tokens/${other.entry.id}`, undefined, ops.token)).toEqual({
      status: 409,
      body: { error: `The token ${other.entry.id} is declared in the token file; remove its entry there.` },
    });
    await pod.writeTokens([ci.entry]);
    await until('it is out', async () => (await statusWith(other.token)) === 401);
    expect(await whoami()).toBe('second');
  });

  it('ends when it is asked to, once the calls in flight are done', async () => {
    const inFlight = client.call('one__wait');
    await until('the call is there', () => second.waiting() === 1);
    process.kill(gateway.pid, 'SIGTERM');
    await until('it takes no more', () =>
      statusWith(ci.token).then(
        () => false,
        () => true,
      ),
    );
    second.release();
    expect(await inFlight).toMatchObject({ isError: false, text: 'second was released' });
    expect(await gateway.stop()).toBe(0);
  });
});

it('starts without any token, and takes one for an agent over its socket', async () => {
  await using server = await openHttpServer('first');
  await using bare = await makePod();
  const releases = { one: httpRelease('http://127.0.0.1:1/mcp') };
  await bare.deploy({ releases, deployment: deploymentOf(releases, server.url) });
  const running = await bare.start({ host: '0.0.0.0', hosts: '' });
  try {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const wish = { subject: 'ci', owner: 'ada', roles: [], audience: 'mcp', expiresAt };
    const asked = await bare.run(['token', '--state', join(bare.folder, 'state')], JSON.stringify(wish));
    const { status, body } = JSON.parse(asked.stdout);
    expect(status).toBe(201);
    const agent = await connect('modern', `${running.url}/mcp`, body.token);
    expect((await agent.call('one__whoami')).text).toBe('first');
    await agent.close();
  } finally {
    expect(await running.stop()).toBe(0);
  }
});

describe("a gateway in a pod that can't start", () => {
  /** The lines of the log, all of which must be JSON. */
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it.each([
    [
      'an unknown mode',
      () => ['server'],
      2,
      'The first argument is "server"; give one of serve, bridge, keys, install, token.',
    ],
    [
      'an unknown argument',
      () => ['serve', '--prot', '1'],
      2,
      "serve: Unknown option '--prot'; leave it out.",
    ],
    ['no bundle', () => [...pod.argv, '--bundle', '/none'], 1, /^_gateway\.json isn't in \/none; mount/],
    [
      'no keys',
      () => [...pod.argv, '--keys', '/none'],
      1,
      /^\/none\/root\.key is missing; make the keys with/,
    ],
    ['no tokens', () => [...pod.argv, '--tokens', '/none'], 2, /^\/none: can't be read \(ENOENT\); make its/],
  ])('says why in one line: %s', async (_what, argv, code, sentence) => {
    const ended = await pod.run(argv());
    const found = lines(ended.stderr);
    expect(found).toMatchObject([{ level: 'fatal', msg: sentence }]);
    expect(ended).toMatchObject({ code, stdout: '' });
  });
});
