import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '@lockstep/model/internal';
import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, eventually, get, kubectl, podIdentities, rolledOut } from './kubectl.ts';
import { startReports } from './reports.ts';
import { lockstep, makeSecrets, outsideService, registered, staticVolume } from './scene.ts';
import { inCluster, nodeAddress, withClient } from './service.ts';
import { startVault, type TestVault } from './vault.ts';

const program = 'test/cluster/program';
const images = join(process.env.CLUSTER_IMAGES ?? '', 'images.json');

/** Texts that differ in base64, in a URL and in JSON. */
const credentials = { first: 'first "credential"/1', second: 'second "credential"/2' };

/** The forms in which a text could turn up where it must not. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, encodeURIComponent(text), json, Buffer.from(text).toString('base64')];
}

const opened: (() => unknown)[] = [];
let vault: TestVault;
let reports: Awaited<ReturnType<typeof startReports>>;

beforeAll(async () => {
  vault = await startVault();
  opened.push(() => vault.close());
  reports = await startReports(nodeAddress);
  opened.push(() => reports.close());
  await apply('apiVersion: v1\nkind: Namespace\nmetadata: { name: outside }\n');
  await apply(outsideService('vault', 8200, vault.port));
  await apply(outsideService('reports', 80, reports.port));
  await vault.write('mcp/data/reports', { data: { token: credentials.first } });
});

afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

/** Renders an environment and applies it. Returns the folder of the manifests. */
async function deploy(stack: string, env: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `lockstep-${stack}-`));
  opened.push(() => rm(folder, { recursive: true }));
  const variables = { IMAGES: images, ...env };
  await vault.provision(await registered(program, stack, variables));
  await lockstep(['render', stack, '--program', program, '--out', folder], variables);
  await apply({ folder });
  return folder;
}

/** The digest of the bundle that an environment's gateway has in force. */
async function liveDigest(namespace: string): Promise<string> {
  const answer = await fetch(`http://lockstep-gateway.${namespace}.svc.cluster.local:7411/readyz`, {
    dispatcher: inCluster,
  });
  return ((await answer.json()) as { bundle: string }).bundle;
}

const urlOf = (namespace: string) => `http://lockstep-gateway.${namespace}.svc.cluster.local:7411/mcp`;

/** A running environment: its namespace, its tokens, and a way to make calls. */
async function start(stack: string) {
  const namespace = `agents-${stack}`;
  const volume = await staticVolume(`gateway-${stack}`);
  opened.push(() => rm(volume, { recursive: true, force: true }));
  await apply(`
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace}, labels: { pod-security.kubernetes.io/enforce: restricted } }
`);
  const tokens = await makeSecrets(namespace);
  await deploy(stack);
  await rolledOut(namespace, 'deployment/mcp-files');
  await rolledOut(namespace, 'deployment/lockstep-gateway');
  const call = (name: string, args: object = {}) =>
    withClient(urlOf(namespace), tokens.agent ?? '', (client) =>
      client.callTool({ name, arguments: args as Record<string, unknown> }),
    );
  await eventually(60, async () => {
    const listed = await call('files__list_allowed_directories');
    return listed.isError === true ? undefined : true;
  });
  return { namespace, tokens, call };
}

type Running = Awaited<ReturnType<typeof start>>;

const textOf = (result: unknown): string => JSON.stringify((result as { content?: unknown }).content);

describe('dev', () => {
  let dev: Running;
  beforeAll(async () => {
    dev = await start('dev');
  });

  it('lets an agent read but not write', async () => {
    const listed = await dev.call('files__list_allowed_directories');
    expect(listed.isError).toBeFalsy();
    expect(textOf(listed)).toContain('/var/lib/lockstep');
    const refused = await dev.call('files__create_directory', { path: 'new' });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toMatch(/files\/create_directory/);
  });

  it('adds a credential from Vault to requests, and uses a new one without a restart', async () => {
    const seen = async () => (await dev.call('reports__who')).content;
    const bearer = (text: string) => [{ type: 'text', text: `Bearer ${text}` }];
    expect(await seen()).toEqual(bearer(credentials.first));
    const before = await podIdentities(dev.namespace);
    await vault.write('mcp/data/reports', { data: { token: credentials.second } });
    await eventually(150, async () =>
      isDeepStrictEqual(await seen(), bearer(credentials.second)) ? true : undefined,
    );
    expect(await podIdentities(dev.namespace)).toEqual(before);
    const objects = await kubectl('get', 'all,configmaps,secrets,pvc', '-A', '-o', 'yaml');
    const logs = await kubectl('-n', dev.namespace, 'logs', 'deployment/lockstep-gateway');
    for (const planted of Object.values(credentials).flatMap(formsOf))
      expect(objects + logs).not.toContain(planted);
  });

  it('rolls out a new server without touching the others', async () => {
    const before = await podIdentities(dev.namespace);
    await deploy('dev', { SERVERS: 'files,memory,reports' });
    await rolledOut(dev.namespace, 'deployment/mcp-memory');
    const graph = await eventually(120, async () => {
      const read = await dev.call('memory__read_graph');
      return read.isError === true ? undefined : read;
    });
    expect(textOf(graph)).toContain('entities');
    expect(await podIdentities(dev.namespace)).toMatchObject(before);
  });
});

describe('five thousand tools', () => {
  it('are deployed and loaded', async () => {
    const namespace = 'agents-dev';
    const before = await liveDigest(namespace);
    await deploy('dev', { TOOLS: '5000' });
    const after = await eventually(120, async () => {
      const digest = await liveDigest(namespace);
      return digest === before ? undefined : digest;
    });
    const config = await get<{ data: Record<string, string> }>(
      ...['configmap', 'lockstep-gateway-config', '--namespace', namespace],
    );
    expect(after).toBe(sha256(config.data['_gateway.json'] ?? ''));
    expect(Object.keys(JSON.parse(config.data['_gateway.json'] ?? '{}').files).length).toBeGreaterThan(5000);
  });
});

describe('prod', () => {
  let prod: Running;
  beforeAll(async () => {
    prod = await start('prod');
  });

  it('holds a write until a human approves it, and then lets it happen', async () => {
    const path = 'approved';
    const waiting = await prod.call('files__create_directory', { path });
    expect(textOf(waiting)).toMatch(/approv/);
    const base = urlOf(prod.namespace).replace('/mcp', '/api/v1/approvals');
    const headers = { authorization: `Bearer ${prod.tokens.ada}`, 'content-type': 'application/json' };
    const listed = (await (await fetch(base, { headers, dispatcher: inCluster })).json()) as {
      approvals: { id: string }[];
    };
    const id = listed.approvals[0]?.id ?? '';
    const shown = await fetch(`${base}/${id}`, { headers, dispatcher: inCluster });
    const { seen } = (await shown.json()) as { seen: string };
    const body = JSON.stringify({ verdict: 'approve', seen });
    const given = await fetch(`${base}/${id}/verdict`, {
      method: 'POST',
      headers,
      body,
      dispatcher: inCluster,
    });
    expect(given.status).toBe(200);
    const done = await prod.call('files__create_directory', { path });
    expect(done.isError, textOf(done)).toBeFalsy();
  });

  it('applies a change of permissions without a restart, and only ConfigMaps change', async () => {
    const before = await podIdentities(prod.namespace);
    const versions = await versionsOf(prod.namespace);
    const digest = await liveDigest(prod.namespace);
    await deploy('prod', { PROMOTED: 'yes' });
    await eventually(120, async () => ((await liveDigest(prod.namespace)) === digest ? undefined : true));
    const after = await versionsOf(prod.namespace);
    const changed = Object.keys(after).filter((name) => after[name] !== versions[name]);
    expect(changed.map((name) => name.split('/')[0])).toEqual(['ConfigMap', 'ConfigMap']);
    expect(await podIdentities(prod.namespace)).toEqual(before);
    const done = await prod.call('files__create_directory', { path: 'free' });
    expect(done.isError, textOf(done)).toBeFalsy();
  });

  it('leaves only its volume when it is deleted', async () => {
    const kinds =
      'deployments,statefulsets,services,serviceaccounts,configmaps,networkpolicies,poddisruptionbudgets';
    const own = ['--selector=app.kubernetes.io/part-of=lockstep', '--namespace', prod.namespace];
    await kubectl('delete', kinds, ...own, '--wait');
    await eventually(60, async () =>
      Object.keys(await podIdentities(prod.namespace)).length === 0 ? true : undefined,
    );
    const left = await kubectl('get', 'all,configmaps,networkpolicies,pdb,pvc', ...own, '-o', 'name');
    expect(left.trim().split('\n')).toEqual([expect.stringMatching(/^persistentvolumeclaim\//)]);
  });
});

interface Listed {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly generation?: number;
      readonly resourceVersion: string;
    };
  }[];
}

/** A value for each of our objects that changes when somebody changes what the object declares. */
async function versionsOf(namespace: string): Promise<Record<string, string>> {
  const kinds = 'deployments,statefulsets,services,serviceaccounts,configmaps,networkpolicies,pvc,pdb';
  const { items } = await get<Listed>(
    kinds,
    '-n',
    namespace,
    '--selector=app.kubernetes.io/part-of=lockstep',
  );
  return Object.fromEntries(
    items.map(({ kind, metadata: { name, generation, resourceVersion } }) => [
      `${kind}/${name}`,
      String(generation ?? resourceVersion),
    ]),
  );
}
