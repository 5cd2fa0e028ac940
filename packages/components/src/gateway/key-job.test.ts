import { describe, expect, it } from 'vitest';
import { clusterAndVault, environmentOf, imageNamed, serverInputs } from '../environment/world.fixture.ts';
import { type Registered, record } from '../recording.fixture.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import { McpGateway } from './mcp-gateway.ts';

async function made(given: Partial<McpGatewayArgs> = {}): Promise<Registered[]> {
  const args: McpGatewayArgs = {
    environment: environmentOf({ files: serverInputs.files }),
    namespace: 'mcp',
    owner: 'platform',
    image: imageNamed('gateway'),
    endpoints: { files: { url: 'http://mcp-files.mcp.svc:8080/mcp', bridge: true } },
    keys: 'create',
    storage: { size: '1Gi' },
    network: { hostNames: 'none' },
    ...given,
  };
  return record(() => {
    new McpGateway('prod', args, { providers: clusterAndVault() });
  });
}

/** The inputs of what the Job needs, by kind. */
async function keyObjects(given: Partial<McpGatewayArgs> = {}) {
  const own = (await made(given)).filter(({ name }) => name.startsWith('prod-keys'));
  return Object.fromEntries(own.map(({ type, inputs }) => [type.split(':').at(-1) ?? '', inputs]));
}

describe("keys: 'create'", () => {
  it('runs a Job that may create one Secret and do nothing else', async () => {
    const { Job, Role, RoleBinding, ServiceAccount } = await keyObjects();
    const pod = Job.spec.template.spec;
    expect(pod.containers[0]).toMatchObject({
      image: imageNamed('gateway'),
      args: ['keys', '--secret', 'lockstep-keys'],
      securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: true },
    });
    expect(pod).toMatchObject({
      serviceAccountName: 'lockstep-gateway-keys',
      automountServiceAccountToken: true,
    });
    expect(Role.rules).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['lockstep-keys'],
        verbs: ['create', 'patch'],
      },
    ]);
    const subject = { kind: 'ServiceAccount', name: 'lockstep-gateway-keys', namespace: 'mcp' };
    expect(RoleBinding).toMatchObject({ subjects: [subject], roleRef: { name: 'lockstep-gateway-keys' } });
    expect(ServiceAccount.automountServiceAccountToken).toBe(false);
  });

  it("has no Secret in the stack, and the gateway's pod waits for it", async () => {
    const all = await made({ keysSecret: 'our-keys' });
    expect(all.filter(({ type }) => type.endsWith(':Secret'))).toEqual([]);
    const gateway = all.find(({ type }) => type.endsWith(':Deployment'));
    const { volumes } = gateway?.inputs.spec.template.spec ?? {};
    const secret = { secretName: 'our-keys', defaultMode: 0o440 };
    expect(volumes).toContainEqual({ name: 'keys', secret });
    expect(gateway?.dependencies.filter((urn) => urn.includes('Job'))).toEqual([]);
    const job = all.find(({ type }) => type.endsWith(':Job'));
    expect(job?.inputs.spec.template.spec.containers[0].args).toEqual(['keys', '--secret', 'our-keys']);
  });

  it("isn't found by the gateway's Service, and takes no connection", async () => {
    const all = await made();
    const service = all.find(({ type }) => type.endsWith(':Service'))?.inputs.spec.selector;
    const { Job, NetworkPolicy } = await keyObjects();
    const { labels } = Job.spec.template.metadata;
    expect(labels).not.toMatchObject(service);
    expect(labels).toMatchObject(NetworkPolicy.spec.podSelector.matchLabels);
    expect(NetworkPolicy.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], ingress: [] });
  });
});

describe('the Job reaches the API server', () => {
  const ports = [443, 6443].map((port) => ({ port, protocol: 'TCP' }));

  it('at the addresses in the settings', async () => {
    const { NetworkPolicy } = await keyObjects({
      network: { hostNames: 'none', apiServer: [{ cidr: '10.0.0.2/32' }] },
    });
    expect(NetworkPolicy.spec.egress).toEqual([{ to: [{ ipBlock: { cidr: '10.0.0.2/32' } }], ports }]);
    expect(NetworkPolicy.metadata.annotations).toBeUndefined();
  });

  it('as Cilium knows it', async () => {
    const { NetworkPolicy, CiliumNetworkPolicy } = await keyObjects({ network: { hostNames: 'cilium' } });
    expect(NetworkPolicy.spec.egress).toEqual([]);
    expect(CiliumNetworkPolicy.spec.egress).toEqual([{ toEntities: ['kube-apiserver'] }]);
  });

  it('anywhere on its ports where nothing knows it, which the policy says', async () => {
    const { NetworkPolicy } = await keyObjects();
    const [{ to, ports: open }] = NetworkPolicy.spec.egress;
    expect(open).toEqual(ports);
    expect(to[0].ipBlock.cidr).toBe('0.0.0.0/0');
    expect(to[0].ipBlock.except).toContain('169.254.169.254/32');
    expect(NetworkPolicy.metadata.annotations).toEqual({
      'lockstep.dev/unenforced-egress': 'kubernetes.default.svc:443',
    });
  });
});

it.each([
  [{ keys: undefined as never }, 'McpGateway prod: keysSecret: is missing; name the Secret with the keys'],
  [{ keys: 'make' as never }, 'McpGateway prod: keys: must be "create"'],
])('is asked for in one way: %j', async (given, sentence) => {
  await expect(made(given)).rejects.toThrow(sentence);
});
