import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as k8s from '@pulumi/kubernetes';
import type { Output } from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import { type Registered, record } from '../recording.fixture.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';
import type { lateFaults } from './late-faults.fixture.ts';
import { McpEnvironment } from './mcp-environment.ts';
import { argsOf, clusterAndVault } from './world.fixture.ts';

/** Outputs of other resources, which are unknown in a preview. */
type Later = (value: string) => Output<string>;

/** Arguments whose leaves all come from other resources. */
function allLater(later: Later): McpEnvironmentArgs {
  const args = argsOf();
  return {
    ...args,
    namespace: later('mcp-prod'),
    owner: later('platform'),
    images: Object.fromEntries(
      Object.entries(args.images).map(([name, image]) => [name, later(image as string)]),
    ),
    gateway: {
      keysSecret: later('lockstep-keys'),
      tokensSecret: later('lockstep-tokens'),
      hosts: [later('mcp.internal')],
      storage: { size: later('10Gi'), storageClass: later('fast') },
      expose: {
        gatewayApi: {
          parentRefs: [{ name: later('public'), namespace: later('gateways') }],
          hostnames: [later('mcp.example.com')],
          annotations: { a: later('b') },
        },
      },
      clients: [{ namespace: later('agents') }, { cidr: later('10.20.0.0/16') }],
      archive: { bucket: later('acme-mcp-audit'), region: later('eu-west-1') },
      imagePullSecrets: [later('registry')],
      nodeSelector: { pool: later('agents') },
    },
    network: {
      hostNames: 'cilium',
      dns: [{ cidr: later('10.100.0.10/32') }],
      services: { 'vault/vault': { podLabels: { app: later('vault') } } },
    },
    vault: {
      address: later('https://vault.vault.svc:8200'),
      mount: { path: later('mcp'), version: 2 },
      auth: { path: later('clusters/prod') },
      deliver: 'vault-secrets-operator',
    },
    monitoring: { operator: 'prometheus-operator', labels: { release: later('prometheus') } },
    servers: { github: { env: { CACHE: later('/c') }, serviceAccountAnnotations: { a: later('b') } } },
  };
}

async function made(args: (later: Later) => McpEnvironmentArgs, preview: boolean): Promise<Registered[]> {
  return record(() => {
    const providers = clusterAndVault();
    const source = new k8s.core.v1.ConfigMap(
      'source',
      { data: { a: 'b' } },
      { provider: providers.kubernetes },
    );
    new McpEnvironment(
      'prod',
      args((value) => source.id.apply(() => value)),
      { providers },
    );
  }, preview);
}

describe('leaves that other resources decide', () => {
  it('give the same objects as plain ones', async () => {
    const later = await made(allLater, false);
    const plain = await made(() => allLater((value) => value as unknown as Output<string>), false);
    const objects = (all: readonly Registered[]) => all.map(({ urn, inputs }) => [urn, inputs]);
    // The gateway's names of Vault's host and of synced Secrets come from the mount, which is known later.
    const renamed = (text: string) => text.replaceAll(/mcp-(github|docs|rota)-[0-9a-f]{8}/g, 'mcp-$1-hash');
    const json = (all: readonly Registered[]) => JSON.parse(renamed(JSON.stringify(objects(all))));
    expect(json(later)).toEqual(json(plain));
  });

  it('show every resource in a preview that knows none of them', async () => {
    const urns = async (preview: boolean) => (await made(allLater, preview)).map(({ urn }) => urn);
    expect(await urns(true)).toEqual(await urns(false));
  });

  it('leave the bundle whole in that preview', async () => {
    const preview = await made(allLater, true);
    const plain = await made(() => argsOf(), true);
    const config = (all: readonly Registered[], part: string) =>
      all.find(({ name }) => name === `prod-gateway-${part}`)?.inputs;
    for (const part of ['table-0', 'table-1', 'release-0']) {
      expect(config(preview, part).data).toEqual(config(plain, part).data);
    }
    expect(config(preview, 'config').data['_gateway.json']).toBe(
      config(plain, 'config').data['_gateway.json'],
    );
  });

  it('make what uses them wait for the resource they come from', async () => {
    const all = await made(allLater, false);
    const { dependencies = [] } = all.find(({ name }) => name === 'prod-gateway-workload') ?? {};
    expect(dependencies.join()).toContain('::source');
  });
});

describe('a leaf that is wrong ends the program once it is known, by', () => {
  it.each<[keyof typeof lateFaults, string]>([
    ['image by tag', 'images.gateway: "registry.example.com/gateway:1" has no digest'],
    ['unpushed image', "has a digest of zeros, so it hasn't been pushed yet"],
    ['namespace', 'namespace: "No" must be 1–63'],
    ['host of Vault', 'vault.address.host: nothing in this cluster enforces the host name vault.example.com'],
    [
      'secret image',
      "images.gateway: is wrong, and isn't shown because a part of it is a secret; correct it.",
    ],
    ['secret namespace', "namespace: is wrong, and isn't shown"],
    ['secret host of Vault', "vault.address.host: is wrong, and isn't shown"],
  ])('%s', async (fault, message) => {
    const fixture = fileURLToPath(new URL('late-faults.fixture.ts', import.meta.url));
    const child = spawn(process.execPath, [
      ...process.execArgv,
      '--conditions=lockstep-source',
      fixture,
      fault,
    ]);
    const [printed, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(printed).toContain(message);
    expect(printed.toLowerCase()).not.toContain('planted');
    expect(code).toBe(1);
  });
});
