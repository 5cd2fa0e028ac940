import { describe, expect, it } from 'vitest';
import {
  clusterAndVault,
  imageNamed,
  releaseOf,
  serverInputs,
  sources,
} from '../environment/world.fixture.ts';
import { type Registered, record } from '../recording.fixture.ts';
import { McpServer } from './mcp-server.ts';
import type { McpServerArgs } from './server-args.ts';

const gateway = { namespace: 'mcp', podLabels: { app: 'gateway' } };

/** Valid arguments for one of the fixture's servers. */
function argsOf(kind: keyof typeof serverInputs, given: Partial<McpServerArgs> = {}): McpServerArgs {
  const source = { files: 'npm', time: 'pypi', rota: 'command', github: 'image', docs: 'remote' } as const;
  const type = source[kind];
  return {
    name: kind,
    definition: serverInputs[kind],
    release: releaseOf(sources[type]),
    environment: 'prod',
    namespace: 'mcp',
    owner: 'platform',
    keysSecret: 'lockstep-keys',
    gateway,
    network: { hostNames: 'none' },
    ...(type === 'image' || type === 'remote' ? {} : { image: imageNamed(kind) }),
    ...(type === 'image' ? { pod: {} } : {}),
    ...given,
  };
}

async function made(args: McpServerArgs, preview = false): Promise<Registered[]> {
  return record(() => {
    new McpServer(args.name, args, { providers: clusterAndVault() });
  }, preview);
}

async function refusal(args: McpServerArgs): Promise<string> {
  return made(args).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
}

const inputsOf = (all: readonly Registered[], kind: string) =>
  all.find(({ type }) => type.endsWith(`:${kind}`))?.inputs;
const containerOf = (all: readonly Registered[], kind = 'Deployment') =>
  inputsOf(all, kind).spec.template.spec.containers[0];

describe('the container runs', () => {
  it('a package from npm behind the bridge, from its folder in the image', async () => {
    const container = containerOf(await made(argsOf('files')));
    expect(container).toMatchObject({
      image: imageNamed('files'),
      args: [
        ...['bridge', '--processes', '16', '--idle', '600', '--timeout', '30', '--'],
        ...['node', '/server/node_modules/@example/files/dist/index.js', '${workdir}'],
      ],
      // Kubernetes would replace `$(b)` as a variable.
      env: [{ name: 'NOTE', value: 'a$$(b)' }],
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
    });
  });

  it('a package from PyPI, with one process if its calls share it', async () => {
    const { args } = containerOf(await made(argsOf('time')));
    expect(args.slice(1, 3)).toEqual(['--processes', '1']);
    expect(args.slice(-2)).toEqual(['/server/venv/bin/python', '/server/venv/bin/example-time']);
  });

  it('a command, with the names of variables that its errors must not quote', async () => {
    const definition = {
      ...serverInputs.rota,
      secrets: {
        TOKEN: { reference: 'mcp/rota#token', delivery: 'env' as const },
        OTHER: { reference: 'mcp/rota#other', delivery: 'env' as const },
      },
    };
    const { args } = containerOf(await made(argsOf('rota', { definition, pod: {} })));
    expect(args.slice(args.indexOf('--hide'), args.indexOf('--') + 1)).toEqual([
      '--hide',
      'TOKEN,OTHER',
      '--',
    ]);
  });

  it('a command that finds its secret in a file', async () => {
    const definition = {
      ...serverInputs.rota,
      secrets: { 'key.pem': { reference: 'mcp/rota#key', delivery: 'file' as const } },
    };
    const { args } = containerOf(await made(argsOf('rota', { definition, pod: {} })));
    expect(args.slice(-3)).toEqual([
      '/usr/local/bin/rota',
      '--key',
      '/var/run/secrets/lockstep/files/key.pem',
    ]);
  });

  it("an image, by the lock's digest, on its own port", async () => {
    const all = await made(argsOf('github'));
    expect(containerOf(all)).toMatchObject({
      image: `ghcr.io/example/github:1.2@${sources.image.digest}`,
      args: ['http'],
      env: [{ name: 'CACHE', value: '/var/lib/lockstep/c' }],
      readinessProbe: { tcpSocket: { port: 8082 } },
    });
    expect(inputsOf(all, 'Service').spec.ports[0].port).toBe(8082);
  });

  it('nothing for a remote server', async () => {
    const all = await made(argsOf('docs'));
    expect(all.map(({ type }) => type)).toEqual(['lockstep:index:McpServer']);
  });
});

describe('the endpoint says how the gateway reaches it', () => {
  it.each([
    ['files', { url: 'http://mcp-files.mcp.svc:8080/mcp', bridge: true }],
    ['github', { url: 'http://mcp-github.mcp.svc:8082/mcp', bridge: false }],
    ['docs', { url: 'https://docs.example.com/mcp', bridge: false }],
  ] as const)('%s', async (kind, endpoint) => {
    const found: unknown[] = [];
    await record(() => {
      found.push(new McpServer(kind, argsOf(kind), { providers: clusterAndVault() }).endpoint);
    });
    expect(found).toMatchObject([endpoint]);
  });
});

describe('the pod', () => {
  it('runs under Pod Security “restricted”, without a token, and writes only to its volumes', async () => {
    const { spec } = inputsOf(await made(argsOf('files')), 'Deployment').spec.template;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    });
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'state', mountPath: '/var/lib/lockstep' },
      { name: 'bridge-key', mountPath: '/etc/lockstep/bridge', readOnly: true },
    ]);
    // It gets only this key from the Secret, not the root key.
    expect(spec.volumes.at(-1).secret).toEqual({
      secretName: 'lockstep-keys',
      defaultMode: 0o440,
      items: [{ key: 'bridge.key', path: 'bridge.key' }],
    });
  });

  it("is reachable only by the gateway's pods", async () => {
    const { ingress } = inputsOf(await made(argsOf('files')), 'NetworkPolicy').spec;
    expect(ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mcp' } },
            podSelector: { matchLabels: { app: 'gateway' } },
          },
        ],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  it('names the hosts that nothing enforces on its policy', async () => {
    const all = await made(argsOf('github'));
    expect(inputsOf(all, 'NetworkPolicy').metadata.annotations).toEqual({
      'lockstep.dev/unenforced-egress': 'api.github.com:443',
    });
    const enforced = await made(argsOf('github', { network: { hostNames: 'cilium' } }));
    expect(inputsOf(enforced, 'CiliumNetworkPolicy').metadata.name).toBe('mcp-github-hosts');
    expect(inputsOf(enforced, 'NetworkPolicy').metadata.annotations).toBeUndefined();
  });

  it('keeps data as a StatefulSet, on a new volume or an existing one', async () => {
    const fresh = inputsOf(await made(argsOf('files', { data: { size: '1Gi' } })), 'StatefulSet').spec;
    expect(fresh).toMatchObject({
      serviceName: 'mcp-files',
      volumeClaimTemplates: [
        { metadata: { name: 'state' }, spec: { resources: { requests: { storage: '1Gi' } } } },
      ],
    });
    expect(fresh.template.spec.volumes.map(({ name }: { name: string }) => name)).not.toContain('state');
    const old = inputsOf(await made(argsOf('files', { data: { existingClaim: 'old' } })), 'StatefulSet').spec;
    expect(old.template.spec.volumes).toContainEqual({
      name: 'state',
      persistentVolumeClaim: { claimName: 'old' },
    });
  });

  it('scales by CPU use, and leaves the number of pods to the autoscaler', async () => {
    const all = await made(argsOf('github', { autoscaling: { maxReplicas: 4 } }));
    expect(inputsOf(all, 'HorizontalPodAutoscaler').spec).toMatchObject({ minReplicas: 1, maxReplicas: 4 });
    expect(inputsOf(all, 'Deployment').spec.replicas).toBeUndefined();
  });

  it('accepts additions from secrets, volumes, identity and overrides', async () => {
    const all = await made(
      argsOf('files', {
        serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/files' },
        volumes: [{ name: 'docs', mountPath: '/docs', source: { configMap: { name: 'docs' } } }],
        env: { REGION: 'eu' },
        pod: {
          env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
          annotations: { agent: 'yes' },
          egress: [{ service: 'vault', namespace: 'vault', port: 8200 }],
        },
        podTemplate: { spec: { nodeSelector: { disk: 'fast' } } },
      }),
    );
    const { metadata, spec } = inputsOf(all, 'Deployment').spec.template;
    expect(metadata.annotations).toEqual({ agent: 'yes' });
    expect(spec.nodeSelector).toEqual({ disk: 'fast' });
    expect(spec.containers[0].env).toEqual([
      { name: 'NOTE', value: 'a$$(b)' },
      { name: 'REGION', value: 'eu' },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ]);
    expect(spec.containers[0].volumeMounts).toContainEqual({
      name: 'docs',
      mountPath: '/docs',
      readOnly: true,
    });
    expect(inputsOf(all, 'ServiceAccount').metadata.annotations).toMatchObject({
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/files',
    });
    expect(inputsOf(all, 'NetworkPolicy').spec.egress).toHaveLength(2);
  });
});

describe('an error names the server and the field for', () => {
  const many = { replicas: 2 };
  it.each<[string, McpServerArgs, string]>([
    ['an image by tag', argsOf('files', { image: 'registry.example.com/files:1' }), 'image: "registry'],
    ['no image', { ...argsOf('files'), image: undefined as never }, 'image: is missing'],
    [
      "an image that isn't the locked one",
      argsOf('github', { image: `mirror.example.com/github@sha256:${'c'.repeat(64)}` }),
      'image: is sha256:c',
    ],
    [
      "an image that wasn't pushed",
      argsOf('files', { image: `x@sha256:${'0'.repeat(64)}` }),
      'image: x@sha256:0',
    ],
    [
      'a host that nothing enforces',
      argsOf('files', { definition: { ...serverInputs.files, egress: ['api.example.com'] } }),
      'definition.egress[0].host: nothing in this cluster',
    ],
    ['a namespace over the limit', argsOf('files', { namespace: 'n'.repeat(64) }), 'namespace: "nnn'],
    ['an owner over the limit', argsOf('files', { owner: 'o'.repeat(64) }), 'owner: "ooo'],
    ['several pods behind a bridge', argsOf('files', many), 'replicas: has no meaning behind a bridge'],
    [
      'several pods on one volume',
      argsOf('github', { ...many, data: { size: '1Gi' } }),
      "replicas: several pods can't share one volume",
    ],
    [
      'no key for the bridge',
      { ...argsOf('files'), keysSecret: undefined as never },
      'keysSecret: is missing',
    ],
    [
      "pods in the node's network",
      argsOf('files', { podTemplate: { spec: { hostNetwork: true } } }),
      "podTemplate.spec.hostNetwork: puts the pods into the node's network",
    ],
    ['secrets that nothing delivers', { ...argsOf('github'), pod: undefined as never }, 'pod: is missing'],
    [
      'a need that nothing meets',
      argsOf('files', { definition: { ...serverInputs.files, needs: ['KUBECONFIG'] } }),
      'env.KUBECONFIG: is missing',
    ],
    [
      'a release of another kind',
      argsOf('files', { release: releaseOf(sources.pypi) }),
      'release.source.type',
    ],
  ])('%s', async (_, args, message) => {
    expect(await refusal(args)).toContain(`McpServer ${args.name}: ${message}`);
  });

  it('a name over the limit', async () => {
    const name = 'n'.repeat(64);
    expect(await refusal(argsOf('files', { name }))).toContain(
      `McpServer ${name}: servers.${name}: its name`,
    );
  });

  it('a missing provider', async () => {
    const program = () => {
      new McpServer('files', argsOf('files'));
    };
    await expect(record(program)).rejects.toThrow(
      'McpServer files: opts.providers: has no kubernetes provider; pass one, as in `{ providers: { kubernetes: provider } }`, or a parent that has one.',
    );
  });

  it('a second server of the same name', async () => {
    const program = () => {
      const providers = clusterAndVault();
      new McpServer('one', argsOf('files'), { providers });
      new McpServer('two', argsOf('files'), { providers });
    };
    await expect(record(program)).rejects.toThrow(
      'McpServer two: name: the namespace mcp already has mcp-files from this program; choose another name.',
    );
  });
});

it("an image that hasn't been pushed yet passes a preview, with a warning", async () => {
  const all = await made(argsOf('files', { image: `x@sha256:${'0'.repeat(64)}` }), true);
  expect(containerOf(all).image).toContain('@sha256:0');
});

it('recognises its own components', async () => {
  await record(() => {
    const server = new McpServer('files', argsOf('files'), { providers: clusterAndVault() });
    expect(McpServer.isInstance(server)).toBe(true);
    expect(McpServer.isInstance({})).toBe(false);
  });
});
