import { volumeFiles } from '@lockstep/model/internal';
import { describe, expect, it } from 'vitest';
import { clusterAndVault, environmentOf, imageNamed, serverInputs } from '../environment/world.fixture.ts';
import { type Registered, record } from '../recording.fixture.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import { McpGateway } from './mcp-gateway.ts';

const { files, docs } = serverInputs;
const inputs = { files, docs: { ...docs, secrets: {} } };

function argsOf(given: Partial<McpGatewayArgs> = {}): McpGatewayArgs {
  return {
    environment: environmentOf(inputs),
    namespace: 'mcp',
    owner: 'platform',
    image: imageNamed('gateway'),
    endpoints: {
      files: { url: 'http://mcp-files.mcp.svc:8080/mcp', bridge: true },
      docs: { url: 'https://docs.example.com/mcp', bridge: false },
    },
    keysSecret: 'lockstep-keys',
    storage: { size: '1Gi' },
    network: { hostNames: 'none' },
    ...given,
  };
}

async function made(args: McpGatewayArgs, preview = false): Promise<Registered[]> {
  return record(() => {
    new McpGateway('prod', args, { providers: clusterAndVault() });
  }, preview);
}

const ofKind = (all: readonly Registered[], kind: string) =>
  all.filter(({ type }) => type.endsWith(`:${kind}`));
const podOf = (all: readonly Registered[]) => ofKind(all, 'Deployment')[0]?.inputs.spec.template.spec;

describe('the bundle', () => {
  it('is 17 ConfigMaps in one volume for any servers', async () => {
    const all = await made(argsOf());
    const names = ofKind(all, 'ConfigMap').map(({ inputs: { metadata } }) => metadata.name);
    expect(names).toHaveLength(17);
    const bundle = podOf(all).volumes.find(({ name }: { name: string }) => name === 'bundle');
    const sources = bundle.projected.sources as { configMap: { name: string } }[];
    expect(sources.map(({ configMap }) => configMap.name).toSorted()).toEqual(names.toSorted());
    expect(podOf(all).containers[0].volumeMounts).toContainEqual({
      name: 'bundle',
      mountPath: '/etc/lockstep/bundle',
      readOnly: true,
    });
  });

  it('says where servers are, and which Vault role reads the headers of each', async () => {
    const endpoints = { ...argsOf().endpoints };
    endpoints.docs = { url: 'https://docs.example.com/mcp', bridge: false, vaultRole: 'docs' };
    const vault = {
      address: 'https://vault.vault.svc:8200',
      mount: 'mcp',
      kvVersion: 2,
      authMount: 'kubernetes',
    } as const;
    const all = await made(argsOf({ endpoints, vault }));
    const [config] = ofKind(all, 'ConfigMap').filter(({ name }) => name.endsWith('-config'));
    expect(JSON.parse(config?.inputs.data[volumeFiles.deployment])).toEqual({
      deploymentVersion: 1,
      servers: endpoints,
      vault,
    });
    expect(podOf(all).volumes).toContainEqual({
      name: 'vault-token',
      projected: {
        sources: [{ serviceAccountToken: { audience: 'vault', expirationSeconds: 3600, path: 'token' } }],
      },
    });
  });

  it('is all that changes when permissions change', async () => {
    const allowed = { name: 'act', tools: 'files/act', decision: 'allow' } as const;
    const before = await made(argsOf());
    const after = await made(argsOf({ environment: environmentOf(inputs, { rules: [allowed] }) }));
    const changed = after.filter(
      ({ urn, inputs: now }) =>
        JSON.stringify(now) !== JSON.stringify(before.find((one) => one.urn === urn)?.inputs),
    );
    expect(after.map(({ urn }) => urn)).toEqual(before.map(({ urn }) => urn));
    expect(changed.map(({ type }) => type)).toEqual(changed.map(() => 'kubernetes:core/v1:ConfigMap'));
    // That server's table, and the file with its hash.
    expect(changed).toHaveLength(2);
    const keys = changed.flatMap(({ urn, inputs: { data } }) => {
      const was = before.find((one) => one.urn === urn)?.inputs.data;
      return Object.keys(data).filter((key) => data[key] !== was[key]);
    });
    expect(keys.toSorted()).toEqual(['_gateway.json', 'files.act']);
  });
});

describe('the pod', () => {
  it('is one, on a volume that is protected and outlives the stack', async () => {
    const all = await made(argsOf());
    expect(ofKind(all, 'Deployment')[0]?.inputs.spec).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
    });
    expect(ofKind(all, 'PersistentVolumeClaim')).toMatchObject([
      { protect: true, retainOnDelete: true, inputs: { metadata: { name: 'lockstep-gateway-state' } } },
    ]);
    const [unprotected] = ofKind(await made(argsOf({ protect: false })), 'PersistentVolumeClaim');
    expect(unprotected).toMatchObject({ protect: false, retainOnDelete: true });
    const existing = await made(argsOf({ storage: { existingClaim: 'old' } }));
    expect(ofKind(existing, 'PersistentVolumeClaim')).toEqual([]);
    expect(podOf(existing).volumes).toContainEqual({
      name: 'state',
      persistentVolumeClaim: { claimName: 'old' },
    });
  });

  it("doesn't wait for ConfigMaps, so that replacing one replaces nothing else", async () => {
    const [deployment] = ofKind(await made(argsOf()), 'Deployment');
    expect(deployment?.dependencies.filter((urn) => urn.includes('ConfigMap'))).toEqual([]);
    expect(deployment?.dependencies).not.toEqual([]);
  });

  it('answers to the names of its Service and to the given ones', async () => {
    const hosts = async (given: Partial<McpGatewayArgs>) =>
      podOf(await made(argsOf(given))).containers[0].env[0].value.split(',');
    expect(await hosts({ hosts: ['mcp.internal'] })).toEqual([
      'http://lockstep-gateway.mcp.svc:7411',
      'mcp.internal',
      'lockstep-gateway',
      'lockstep-gateway.mcp',
      'lockstep-gateway.mcp.svc',
      'lockstep-gateway.mcp.svc.cluster.local',
    ]);
    const ingress = { className: 'nginx', host: 'mcp.example.com', tlsSecret: 'tls' };
    expect((await hosts({ expose: { ingress } })).slice(0, 2)).toEqual([
      'https://mcp.example.com',
      'mcp.example.com',
    ]);
  });
});

describe('network traffic', () => {
  it('lets nobody in unless declared', async () => {
    const [policy] = ofKind(await made(argsOf()), 'NetworkPolicy');
    expect(policy?.inputs.spec.ingress).toEqual([]);
    const clients = [{ namespace: 'agents' }, { cidr: '10.1.0.0/16' }];
    const [open] = ofKind(
      await made(argsOf({ clients, monitoring: [{ namespace: 'mon' }] })),
      'NetworkPolicy',
    );
    expect(open?.inputs.spec.ingress).toEqual([
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'agents' } } },
          { ipBlock: { cidr: '10.1.0.0/16' } },
        ],
        ports: [{ port: 7411, protocol: 'TCP' }],
      },
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mon' } } }],
        ports: [{ port: 9464, protocol: 'TCP' }],
      },
    ]);
  });

  it("goes to its servers' pods, and to remote servers by their names", async () => {
    const all = await made(argsOf({ network: { hostNames: 'gke' } }));
    const [policy] = ofKind(all, 'NetworkPolicy').filter(({ type }) => type.includes('networking.k8s.io'));
    expect(policy?.inputs.spec.egress[1]).toMatchObject({
      to: [{ podSelector: { matchLabels: { 'lockstep.dev/server': 'files' } } }],
      ports: [{ port: 8080 }],
    });
    expect(ofKind(all, 'FQDNNetworkPolicy')[0]?.inputs.spec.egress).toEqual([
      { matches: [{ name: 'docs.example.com' }], ports: [{ protocol: 'TCP', port: 443 }] },
    ]);
  });

  it('comes in through an HTTPRoute or an Ingress with TLS', async () => {
    const parentRefs = [{ name: 'public', namespace: 'gateways' }];
    const routed = await made(
      argsOf({ expose: { gatewayApi: { parentRefs, hostnames: ['mcp.example.com'] } } }),
    );
    expect(ofKind(routed, 'HTTPRoute')[0]?.inputs.spec).toMatchObject({
      parentRefs,
      hostnames: ['mcp.example.com'],
      rules: [{ backendRefs: [{ name: 'lockstep-gateway', port: 7411 }] }],
    });
    const ingress = { className: 'nginx', host: 'mcp.example.com', tlsSecret: 'tls' };
    expect(ofKind(await made(argsOf({ expose: { ingress } })), 'Ingress')[0]?.inputs.spec).toMatchObject({
      tls: [{ hosts: ['mcp.example.com'], secretName: 'tls' }],
    });
  });
});

describe('an error names the environment and the field for', () => {
  const { files: endpoint } = argsOf().endpoints;
  const unmarked = { ...inputs, docs: { remote: inputs.docs.remote } };
  it.each<[string, Partial<McpGatewayArgs>, string]>([
    [
      "pods in the node's network",
      { podTemplate: { spec: { hostNetwork: true } } },
      "podTemplate.spec.hostNetwork: puts the pods into the node's network",
    ],
    ['two replicas', { replicas: 2 }, 'replicas: is 2, but approvals and audit are in one file'],
    [
      'an image by tag',
      { image: 'registry.example.com/gateway:1' },
      'image: "registry.example.com/gateway:1"',
    ],
    [
      "no image, where the package isn't a released one",
      { image: undefined as never },
      'image: is missing, and only a released @lockstep/components knows an image of its own; build and push',
    ],
    [
      'a server without an address',
      { endpoints: { files: endpoint as never } },
      'endpoints.docs: is missing',
    ],
    [
      'an address without a server',
      { endpoints: { ...argsOf().endpoints, other: endpoint as never } },
      'endpoints.other: no server has this name',
    ],
    [
      'a remote server at another URL',
      { endpoints: { ...argsOf().endpoints, docs: { url: 'https://docs.example.net/mcp', bridge: false } } },
      'endpoints.docs.url: is https://docs.example.net/mcp, but the server was locked at https://docs.example.com/mcp',
    ],
    [
      "a remote server's host that nothing enforces",
      { environment: environmentOf(unmarked) },
      'environment.servers.docs.remote.url.host: nothing in this cluster enforces the host name docs.example.com',
    ],
    [
      'a route without a host',
      { expose: { gatewayApi: { parentRefs: [{ name: 'x' }], hostnames: [] } } },
      'expose.gatewayApi.hostnames: is empty',
    ],
    ['no Secret with keys', { keysSecret: undefined as never }, 'keysSecret: is missing; name the Secret'],
    ['no volume', { storage: undefined as never }, 'storage: is missing; it must be an object.'],
    [
      'an unknown way to enforce host names',
      { network: { hostNames: 'calico' as never } },
      'network.hostNames: must be "cilium" or "gke" or "eks" or "none".',
    ],
  ])('%s', async (_, given, message) => {
    await expect(made(argsOf(given))).rejects.toThrow(`McpGateway prod: ${message}`);
  });

  it('a missing provider', async () => {
    const program = () => {
      new McpGateway('prod', argsOf());
    };
    await expect(record(program)).rejects.toThrow(
      'McpGateway prod: opts.providers: has no kubernetes provider',
    );
  });
});
