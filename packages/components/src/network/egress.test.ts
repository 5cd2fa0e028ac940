import type { Egress } from '@lockstep/model/internal';
import type { Unwrap } from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import { egressOfUrl, planEgress } from './egress.ts';
import { hostPolicy } from './host-policy.ts';
import type { NetworkSettings } from './settings.ts';
import { planTraffic } from './traffic.ts';

const plan = (egress: Egress[], network: NetworkSettings = { hostNames: 'none' }) =>
  planEgress(
    'McpServer files',
    egress.map((to, index) => ({ at: `egress[${index}]`, to })),
    network,
    'mcp',
    // Nothing in these tests is known only later.
  ) as Unwrap<ReturnType<typeof planEgress>>;

const host = { host: 'api.example.com', port: 443, unenforced: false };
const tcp = (port: number) => [{ port, protocol: 'TCP' }];

describe('addresses', () => {
  it('the metadata addresses are left out of ranges that contain them', () => {
    const [all, six, other, exact] = plan([
      { cidr: '0.0.0.0/0' },
      { cidr: 'fd00::/8', port: 443 },
      { cidr: '10.0.0.0/8' },
      { cidr: '169.254.170.23/32', port: 80 },
    ]).rules;
    const four = ['169.254.169.254/32', '100.100.100.200/32', '168.63.129.16/32'];
    expect(all?.to).toEqual([{ ipBlock: { cidr: '0.0.0.0/0', except: four } }]);
    expect(six).toEqual({
      to: [{ ipBlock: { cidr: 'fd00::/8', except: ['fd00:ec2::254/128', 'fd20:ce::254/128'] } }],
      ports: tcp(443),
    });
    expect(other?.to).toEqual([{ ipBlock: { cidr: '10.0.0.0/8' } }]);
    expect(exact?.to).toEqual([{ ipBlock: { cidr: '169.254.170.23/32' } }]);
  });

  it.each([
    '169.254.169.254/32',
    'fd00:ec2::254/128',
    'fd20:ce::254/128',
    '100.100.100.200/32',
    '168.63.129.16/32',
  ])('%s itself is refused', (cidr) => {
    expect(() => plan([{ cidr }])).toThrow(
      `McpServer files: egress[0].cidr: ${cidr} is the cloud's metadata address, which no server may reach; remove it.`,
    );
  });
});

describe('Services', () => {
  it('stand for all pods of their namespace on that port, unless the settings say more', () => {
    expect(plan([{ service: 'db', port: 5432 }]).rules).toEqual([
      {
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mcp' } } }],
        ports: tcp(5432),
      },
    ]);
  });

  it("stand for the pods in the settings, on the container's port", () => {
    const services = { 'data/db': { podLabels: { app: 'pg' }, port: 6432 } };
    const egress = [{ service: 'db', namespace: 'data', port: 5432 }];
    expect(plan(egress, { hostNames: 'none', services }).rules).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'data' } },
            podSelector: { matchLabels: { app: 'pg' } },
          },
        ],
        ports: tcp(6432),
      },
    ]);
  });
});

describe('host names', () => {
  it('are refused if nothing enforces them, unless they are marked', () => {
    expect(() => plan([host])).toThrow(
      'McpServer files: egress[0].host: nothing in this cluster enforces the host name api.example.com; set network.hostNames',
    );
    const { rules, unenforced, hosts } = plan([{ ...host, unenforced: true }]);
    expect(unenforced).toEqual(['api.example.com:443']);
    expect(hosts).toEqual([]);
    expect(rules).toEqual([
      {
        to: [
          {
            ipBlock: {
              cidr: '0.0.0.0/0',
              except: expect.arrayContaining(['169.254.0.0/16', '10.0.0.0/8', '168.63.129.16/32']),
            },
          },
          { ipBlock: { cidr: '::/0', except: expect.arrayContaining(['fc00::/7', 'fe80::/10']) } },
        ],
        ports: tcp(443),
      },
    ]);
  });

  it('are enforced if something can, marked or not', () => {
    const marked = { ...host, unenforced: true };
    expect(plan([marked], { hostNames: 'gke' })).toEqual({ rules: [], hosts: [marked], unenforced: [] });
  });

  const hosts = [host, { host: '*.example.com', port: 8443, unenforced: false }];
  const policy = (network: NetworkSettings) => hostPolicy({ app: 'files' }, hosts, network);

  it("take Cilium's form: DNS through its proxy, and never the metadata address", () => {
    expect(policy({ hostNames: 'cilium' })).toMatchObject({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      spec: {
        endpointSelector: { matchLabels: { app: 'files' } },
        egress: [
          {
            toEndpoints: [
              {
                matchLabels: {
                  'k8s:io.kubernetes.pod.namespace': 'kube-system',
                  'k8s:k8s-app': 'kube-dns',
                },
              },
            ],
            toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
          },
          { toFQDNs: [{ matchName: 'api.example.com' }], toPorts: [{ ports: [{ port: '443' }] }] },
          { toFQDNs: [{ matchPattern: '**.example.com' }], toPorts: [{ ports: [{ port: '8443' }] }] },
        ],
        egressDeny: [{ toCIDR: expect.arrayContaining(['169.254.169.254/32', 'fd20:ce::254/128']) }],
      },
    });
  });

  it("take GKE's form", () => {
    expect(policy({ hostNames: 'gke' })).toMatchObject({
      apiVersion: 'networking.gke.io/v1alpha1',
      kind: 'FQDNNetworkPolicy',
      spec: {
        egress: [
          { matches: [{ name: 'api.example.com' }], ports: [{ protocol: 'TCP', port: 443 }] },
          { matches: [{ pattern: '*.example.com' }], ports: [{ protocol: 'TCP', port: 8443 }] },
        ],
      },
    });
  });

  it("take EKS's form", () => {
    expect(policy({ hostNames: 'eks' })).toMatchObject({
      apiVersion: 'networking.k8s.aws/v1alpha1',
      kind: 'ApplicationNetworkPolicy',
      spec: {
        policyTypes: ['Egress'],
        egress: [
          { to: [{ domainNames: ['api.example.com'] }], ports: [{ protocol: 'TCP', port: 443 }] },
          { to: [{ domainNames: ['*.example.com'] }], ports: [{ protocol: 'TCP', port: 8443 }] },
        ],
      },
    });
  });

  it('make no object if there are none', () => {
    expect(hostPolicy({}, [], { hostNames: 'cilium' })).toBeUndefined();
  });
});

it('pods that declare nothing reach only DNS, and the policy covers both directions', () => {
  const { policy } = planTraffic({
    who: 'McpServer files',
    namespace: 'mcp',
    selector: { app: 'files' },
    ingress: [],
    egress: [],
    network: { hostNames: 'none', dns: [{ cidr: '10.100.0.10/32' }] },
  });
  expect(policy.policyTypes).toEqual(['Ingress', 'Egress']);
  expect(policy.ingress).toEqual([]);
  expect(policy.egress).toEqual([
    {
      to: [{ ipBlock: { cidr: '10.100.0.10/32' } }],
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
    },
  ]);
});

it.each([
  ['https://vault.vault.svc:8200', { service: 'vault', namespace: 'vault', port: 8200 }],
  ['http://docs.tools.svc.cluster.local/mcp', { service: 'docs', namespace: 'tools', port: 80 }],
  ['https://10.1.2.3/mcp', { cidr: '10.1.2.3/32', port: 443 }],
  ['http://[fd00::1]:8080', { cidr: 'fd00::1/128', port: 8080 }],
  ['https://docs.example.com/mcp', { host: 'docs.example.com', port: 443, unenforced: false }],
])('%s leads to %j', (url, destination) => {
  expect(egressOfUrl(url)).toEqual(destination);
});
