import type { ServerInput } from '@lockstep/model';
import { bundleOf } from '@lockstep/model/internal';
import * as k8s from '@pulumi/kubernetes';
import { output, secret as secretOutput } from '@pulumi/pulumi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Registered, record } from '../recording.fixture.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';
import { McpEnvironment } from './mcp-environment.ts';
import { argsOf, clusterAndVault, environmentOf, imageNamed, serverInputs } from './world.fixture.ts';

async function made(args: () => McpEnvironmentArgs, preview = false): Promise<Registered[]> {
  return record(() => {
    new McpEnvironment('prod', args(), { providers: clusterAndVault() });
  }, preview);
}

const isComponent = ({ type }: Registered) => type.startsWith('lockstep:');
const inputsOf = (all: readonly Registered[], name: string) => all.find((one) => one.name === name)?.inputs;

/** What differs between environments, in readable form. */
const everything: Partial<McpEnvironmentArgs> = {
  monitoring: { operator: 'prometheus-operator' },
  gateway: {
    keysSecret: 'lockstep-keys',
    tokensSecret: 'lockstep-tokens',
    storage: { size: '10Gi' },
    expose: {
      gatewayApi: { parentRefs: [{ name: 'public' }], hostnames: ['mcp.example.com'] },
    },
  },
  servers: { files: { data: { size: '1Gi' } }, github: { autoscaling: { maxReplicas: 3 } } },
};

it('its outputs: the URL, the bundle, the permissions, and the client configuration', async () => {
  const found: unknown[] = [];
  const args = argsOf(undefined, everything);
  await record(() => {
    const environment = new McpEnvironment('prod', args, { providers: clusterAndVault() });
    const { url, bundleDigest, clientConfiguration, retainedVolumes, unenforcedEgress } = environment;
    const { permissionTable, permissions } = environment;
    const all = { url, bundleDigest, clientConfiguration, retainedVolumes, unenforcedEgress };
    output({ ...all, permissionTable, permissions }).apply((known) => found.push(known));
    expect(McpEnvironment.isInstance(environment)).toBe(true);
  });
  expect(found).toEqual([
    {
      url: 'https://mcp.example.com/mcp',
      bundleDigest: bundleOf(args.environment).digest,
      clientConfiguration: { mcpServers: { lockstep: { type: 'http', url: 'https://mcp.example.com/mcp' } } },
      retainedVolumes: ['lockstep-gateway-state', 'state-mcp-files-0'],
      unenforcedEgress: { github: ['api.github.com:443'], gateway: ['docs.example.com:443'] },
      permissions: expect.objectContaining({ 'docs/act': expect.stringMatching(/^write approve /) }),
      permissionTable: expect.stringMatching(
        /^# lockstep permission table 1: prod\ndocs\/act write approve /,
      ),
    },
  ]);
});

it('its parts and their objects are there for other resources to refer to', async () => {
  await record(() => {
    const { gateway, servers, secrets, monitoring } = new McpEnvironment(
      'prod',
      argsOf(undefined, everything),
      { providers: clusterAndVault() },
    );
    expect(k8s.apps.v1.Deployment.isInstance(gateway.deployment)).toBe(true);
    expect(k8s.core.v1.Service.isInstance(gateway.service)).toBe(true);
    expect(k8s.core.v1.ServiceAccount.isInstance(servers.github?.serviceAccount)).toBe(true);
    expect(k8s.apps.v1.Deployment.isInstance(servers.github?.deployment)).toBe(true);
    expect(k8s.apps.v1.StatefulSet.isInstance(servers.files?.statefulSet)).toBe(true);
    expect(k8s.networking.v1.NetworkPolicy.isInstance(servers.files?.networkPolicy)).toBe(true);
    expect(servers.docs?.deployment).toBeUndefined();
    expect(secrets?.roles).toHaveProperty('docs');
    expect(monitoring?.podAnnotations).toEqual({});
  });
});

it('every resource has a stable URN, because a new URN would be a new resource', async () => {
  const all = await made(() => argsOf(undefined, everything));
  const lines = all.map(({ urn }) => urn.replace('urn:pulumi:stack::project::', ''));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('urns.snapshot');
});

it('a resource whose name changed is still found under its former one', async () => {
  const all = await made(() => argsOf(undefined, everything));
  // The engine derives the former names of a component's children itself.
  const renamed = all.filter(
    (one) => one.name.includes('.') && (isComponent(one) || one.parent.includes('::prod-')),
  );
  expect(renamed.map(({ name, aliases }) => [name, aliases[0]])).toEqual(
    renamed.map(({ name }) => [name, name.replace('.', '-')]),
  );
  expect(renamed.length).toBeGreaterThan(8);
});

it('environments of one namespace share no name, even if their names and servers read alike', async () => {
  const servers = (name: string) => ({ [name]: serverInputs.docs, [`${name}-x`]: serverInputs.github });
  const all = await record(() => {
    const providers = clusterAndVault();
    const shared = { sharesNamespace: true, monitoring: { operator: 'prometheus-operator' } } as const;
    for (const [environment, server] of [
      ['a', 'b-c'],
      ['a-b', 'c'],
    ] as const) {
      const of = { ...environmentOf(servers(server)), name: environment };
      new McpEnvironment(environment, argsOf(of, shared), { providers });
    }
  });
  const objects = all.filter(
    ({ type }) => type.startsWith('kubernetes:') && !isComponent({ type } as Registered),
  );
  const names = objects.map(({ type, inputs }) => `${type} ${inputs.metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  const urns = all.map(({ urn }) => urn);
  expect(new Set(urns).size).toBe(urns.length);
});

describe('every object has', () => {
  it('labels with its owner', async () => {
    const all = await made(() => argsOf(undefined, everything));
    const objects = all.filter(({ type }) => type.startsWith('kubernetes:'));
    expect(objects.length).toBeGreaterThan(40);
    for (const { inputs, urn } of objects) {
      expect(inputs.metadata.labels, urn).toMatchObject({
        'lockstep.dev/owner': 'platform',
        'lockstep.dev/environment': 'prod',
        'app.kubernetes.io/part-of': 'lockstep',
      });
      expect(inputs.metadata.name.length, urn).toBeLessThanOrEqual(63);
      expect(inputs.metadata.namespace, urn).toBe('mcp-prod');
    }
  });

  it('requests and limits on every container, and Pod Security “restricted”', async () => {
    const all = await made(() => argsOf(undefined, everything));
    const pods = all.flatMap(({ inputs }) => (inputs?.spec?.template ? [inputs.spec.template.spec] : []));
    expect(pods).toHaveLength(5);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers) {
        const { requests, limits } = container.resources;
        expect(Object.keys({ ...requests })).toEqual(['cpu', 'memory']);
        expect(Object.keys({ ...limits })).toEqual(['cpu', 'memory']);
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('an explicit provider, and a component above it', async () => {
    const all = await made(() => argsOf(undefined, everything));
    for (const one of all.filter((found) => !isComponent(found))) {
      expect(one.provider, one.urn).toBe(one.type.startsWith('vault:') ? 'the-vault' : 'the-cluster');
      expect(one.parent, one.urn).toMatch(/::prod[.-]/);
    }
    const kept = all.filter(({ protect }) => protect).map(({ name }) => name);
    expect(kept).toEqual(['prod-gateway-state']);
  });

  it('no arguments in the inputs of its component', async () => {
    const all = await made(() => argsOf(undefined, everything));
    for (const { inputs } of all.filter(isComponent)) expect(inputs ?? {}).toEqual({});
  });
});

it('a planted secret is nowhere in plain text', async () => {
  const planted = 'pl4nted/"s3cret"';
  const all = await made(() =>
    argsOf(undefined, {
      servers: { files: { env: { MARK: secretOutput(planted) } } },
      gateway: {
        keysSecret: 'lockstep-keys',
        storage: { size: '1Gi' },
        serviceAccountAnnotations: { mark: secretOutput(planted) },
      },
    }),
  );
  const text = JSON.stringify(all.map(({ inputs }) => withoutWrapped(inputs)));
  const forms = [
    planted,
    JSON.stringify(planted).slice(1, -1),
    encodeURIComponent(planted),
    Buffer.from(planted).toString('base64'),
  ];
  for (const form of forms) {
    expect(text).not.toContain(JSON.stringify(form).slice(1, -1));
  }
  expect(JSON.stringify(all)).toContain(JSON.stringify(planted).slice(1, -1));
});

/** The value without wrapped secrets, which the engine encrypts. */
function withoutWrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWrapped);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.hasOwn(value, '4dabf18193072939515e22adb298388d')) return 'secret';
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutWrapped(one)]));
}

it('the resources are the same whether outputs are known or not', async () => {
  const args = () => {
    // Known in an update, unknown in a preview.
    const later = new k8s.Provider('other', {}).id;
    return argsOf(undefined, {
      ...everything,
      servers: {
        files: { env: { A: later }, serviceAccountAnnotations: { a: later }, data: { size: later } },
      },
    });
  };
  const urns = async (preview: boolean) => (await made(args, preview)).map(({ urn }) => urn);
  expect(await urns(true)).toEqual(await urns(false));
});

describe('the servers are the same, whatever else differs', () => {
  const settings = fc.record(
    {
      owner: fc.constantFrom('platform', 'data'),
      namespace: fc.constantFrom('a', 'mcp-prod', 'n'.repeat(63)),
      network: fc.constantFrom<McpEnvironmentArgs['network'][]>(
        { hostNames: 'none' },
        { hostNames: 'cilium' },
        { hostNames: 'eks', dns: [{ cidr: '10.100.0.10/32' }] },
      ),
      servers: fc.constantFrom<NonNullable<McpEnvironmentArgs['servers']>[]>(
        {},
        { files: { data: { existingClaim: 'x' } } },
        { github: { replicas: 3 } },
      ),
      monitoring: fc.constantFrom<NonNullable<McpEnvironmentArgs['monitoring']>[]>(
        { operator: 'none' },
        { operator: 'prometheus-operator' },
      ),
    },
    { requiredKeys: [] },
  );
  const declared = Object.keys(serverInputs).toSorted();

  it('in components, in the deployment file, and in the bundle', async () => {
    const decisions = fc.constantFrom('dev', 'staging', 'prod');
    await fc.assert(
      fc.asyncProperty(settings, decisions, async (given, profile) => {
        const environment = environmentOf(serverInputs, { profile });
        const all = await made(() => argsOf(environment, given));
        const servers = all.filter(({ type }) => type === 'lockstep:index:McpServer').map(({ name }) => name);
        expect(servers.toSorted()).toEqual(declared.map((server) => `prod.${server}`));
        const { data } = inputsOf(all, 'prod-gateway-config');
        for (const file of ['_deployment.json', '_gateway.json']) {
          expect(Object.keys(JSON.parse(data[file]).servers).toSorted()).toEqual(declared);
        }
      }),
      { numRuns: 6 },
    );
  });
});

describe('an error names the environment and the field for', () => {
  const { files } = serverInputs;
  const only = (inputs: Record<string, ServerInput>) => environmentOf(inputs);
  it.each<[string, () => McpEnvironmentArgs, string]>([
    [
      "settings of a server that isn't there",
      () => argsOf(undefined, { servers: { fils: {} } }),
      'servers.fils: no server has this name; the servers are docs, files, github, rota, time.',
    ],
    [
      "an image of a server that isn't there",
      () => argsOf(undefined, { images: { ...argsOf().images, fils: imageNamed('fils') } }),
      'images.fils: no server has this name',
    ],
    [
      'a missing image',
      () => argsOf(only({ files }), { images: { gateway: imageNamed('gateway') } }),
      'images.files: is missing; build and push it',
    ],
    [
      'no image of the gateway',
      () => argsOf(only({ files }), { images: {} }),
      'images.gateway: is missing, and only a released @lockstep/components knows an image of its own; build and push',
    ],
    [
      'secrets without a Vault',
      () => ({ ...argsOf(), vault: undefined as never }),
      'vault: is missing, but the server docs has secrets',
    ],
    [
      "a server that has the name of the gateway's image",
      () => argsOf(only({ gateway: files })),
      'environment.servers.gateway: is reserved for the gateway',
    ],
  ])('%s', async (_, args, message) => {
    await expect(made(args)).rejects.toThrow(`McpEnvironment prod: ${message}`);
  });

  it('a missing provider for Kubernetes, or for Vault if there are secrets', async () => {
    const none = () => {
      new McpEnvironment('prod', argsOf());
    };
    await expect(record(none)).rejects.toThrow(
      'McpEnvironment prod: opts.providers: has no kubernetes provider',
    );
    const half = () => {
      const { kubernetes } = clusterAndVault();
      new McpEnvironment('prod', argsOf(), { providers: { kubernetes } });
    };
    await expect(record(half)).rejects.toThrow('opts.providers: has no vault provider');
  });

  it('the same environment twice in one namespace', async () => {
    const twice = () => {
      const providers = clusterAndVault();
      new McpEnvironment('one', argsOf(), { providers });
      new McpEnvironment('two', argsOf(), { providers });
    };
    await expect(record(twice)).rejects.toThrow('name: the namespace mcp-prod already has mcp-files');
  });
});
