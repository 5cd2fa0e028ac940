import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { McpEnvironment } from '@lockstep/components';
import { makeBundle, permissionTable, printTable } from '@lockstep/model/internal';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import * as vault from '@pulumi/vault';
import { afterAll, expect, it } from 'vitest';
import { bundle, environment, image } from './bundle.fixture.ts';
import { lockstepProvider } from './provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-plugin-'));
const file = join(folder, 'prod.bundle.json');
writeFileSync(file, bundle);
afterAll(() => rmSync(folder, { recursive: true }));

const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../schema.json'), 'utf8'));
const { construct } = lockstepProvider(schema, '1.2.3');

const place = { namespace: 'mcp-prod', owner: 'platform' };
const network = { hostNames: 'none' };
const mount = { path: 'mcp', version: 2 };
const inVault = { address: 'https://vault.vault.svc:8200', mount };
const settings = { keysSecret: 'lockstep-keys', storage: { size: '1Gi' } };
const whole = {
  ...place,
  network,
  gateway: settings,
  vault: inVault,
  images: { gateway: image, files: image },
};

/** What a program registers, by type and name, with its inputs. */
async function registeredBy(program: () => unknown): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      if (!type.startsWith('pulumi:')) found[`${type} ${name}`] = inputs;
      return { id: `${name}-id`, state: inputs };
    },
    call: () => ({}),
  });
  try {
    await program();
  } finally {
    await pulumi.runtime.disconnect();
  }
  return found;
}

function providers() {
  return {
    kubernetes: new k8s.Provider('the-cluster', {}),
    vault: new vault.Provider('the-vault', { address: 'https://vault.example' }),
  };
}

/** Asks the provider for a component, as the engine does, and gives what the program sees of it. */
async function outputsOf(component: string, args: object): Promise<Record<string, unknown>> {
  let state: Record<string, unknown> = {};
  await registeredBy(async () => {
    const opts = { providers: providers() };
    const made = await construct?.('prod', `lockstep:index:${component}`, args, opts);
    state = await new Promise((known) => pulumi.output(made?.state ?? {}).apply(known));
  });
  return state;
}

it('makes of a bundle exactly what a TypeScript program makes of its environment', async () => {
  const plugin = await registeredBy(() =>
    construct?.(
      'prod',
      'lockstep:index:McpEnvironment',
      { ...whole, bundle: file },
      { providers: providers() },
    ),
  );
  const program = await registeredBy(
    () => new McpEnvironment('prod', { ...whole, environment } as never, { providers: providers() }),
  );
  expect(plugin).toEqual(program);
  expect(Object.keys(plugin)).toEqual(
    expect.arrayContaining(['lockstep:index:McpServer prod.files', 'lockstep:index:McpGateway prod-gateway']),
  );
});

it('gives the environment’s outputs, the permissions among them', async () => {
  expect(await outputsOf('McpEnvironment', { ...whole, bundle })).toEqual({
    url: expect.stringContaining('/mcp'),
    bundleDigest: makeBundle(environment).digest,
    permissionTable: printTable(permissionTable(environment)),
    permissions: expect.objectContaining({
      'files/look': expect.stringContaining('for reader allow # rules.readers'),
    }),
    clientConfiguration: { mcpServers: { lockstep: { type: 'http', url: expect.any(String) } } },
    unenforcedEgress: { gateway: ['docs.example.com:443'] },
    retainedVolumes: ['lockstep-gateway-state'],
  });
});

it('makes each part alone', async () => {
  const peer = { namespace: 'mcp-prod', podLabels: { app: 'gateway' } };
  const server = { bundle, ...place, network, gateway: peer, keysSecret: 'lockstep-keys', image };
  const files = await outputsOf('McpServer', { ...server, server: 'files' });
  expect(files).toEqual({
    endpoint: { url: expect.stringContaining('mcp-files'), bridge: true, pods: expect.anything() },
    unenforcedEgress: [],
  });
  const endpoints = {
    docs: { url: 'https://docs.example.com/mcp', bridge: false, vaultRole: 'lockstep-prod-docs-gateway' },
    files: files.endpoint,
  };
  const connection = { address: inVault.address, mount: 'mcp', kvVersion: 2, authMount: 'kubernetes' };
  const gateway = { bundle, ...place, network, ...settings, image, endpoints, vault: connection };
  expect(await outputsOf('McpGateway', gateway)).toMatchObject({
    bundleDigest: makeBundle(environment).digest,
  });
  expect(await outputsOf('McpSecrets', { bundle, ...place, ...inVault })).toEqual({
    roles: { docs: expect.stringContaining('docs') },
    vault: connection,
  });
  const annotations = await outputsOf('McpMonitoring', { bundle, ...place, operator: 'none' });
  expect(annotations).toEqual({
    podAnnotations: expect.objectContaining({ 'prometheus.io/scrape': 'true' }),
  });
});

it.each([
  [{ bundle: undefined }, 'bundle: is missing; name the file that `lockstep bundle` wrote.'],
  [
    { bundle: '/no/such.json' },
    "bundle: /no/such.json can't be read (ENOENT); write it with `lockstep bundle <env> --out /no/such.json`.",
  ],
  [{ bundle: '{' }, "bundle: isn't JSON; write it again with `lockstep bundle`."],
  [
    { bundle: bundle.replace('rules.readers', 'rules.writers') },
    "table/files.look: doesn't match its hash in gateway.json; deploy the bundle again.",
  ],
])('refuses a bundle that is none, in one sentence', async (wrong, sentence) => {
  const error = await outputsOf('McpEnvironment', { ...whole, ...wrong }).catch((found) => found);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(error.message).toBe(`McpEnvironment prod: ${sentence}`);
});

it('names what the bundle and the package have instead', async () => {
  const server = { bundle, ...place, network, server: 'nope' };
  await expect(outputsOf('McpServer', server)).rejects.toThrow(
    'McpServer prod: server: the bundle has no server nope; its servers are docs, files.',
  );
  await expect(outputsOf('McpNothing', {})).rejects.toThrow(
    'lockstep has no resource lockstep:index:McpNothing; it has lockstep:index:McpEnvironment,',
  );
});
