import { readFileSync } from 'node:fs';
import { makeBundle, volumeFiles } from '@lockstep/model/internal';
import { output, runtime, type Unwrap } from '@pulumi/pulumi';
import { expect, it } from 'vitest';
import { environments } from './environments.ts';
import images from './images.json' with { type: 'json' };

interface Made {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
  readonly inputs: any;
}

interface Monitor {
  registerResource(
    request: { getRetainondelete(): boolean; getType(): string },
    callback: (error: unknown) => void,
  ): void;
}

const made: Made[] = [];

await runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      made.push({ type, name, inputs });
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  },
  'lockstep',
  'prod',
  true,
);
runtime.setAllConfig({
  'lockstep:context': 'prod',
  'lockstep:namespace': 'mcp-prod',
  'lockstep:owner': 'platform',
  'lockstep:keysSecret': 'lockstep-keys',
  'lockstep:tokensSecret': 'lockstep-tokens',
  'lockstep:storage': '10Gi',
  'lockstep:protect': 'true',
  'lockstep:hostNames': 'none',
  'lockstep:clients': '["agents"]',
  'lockstep:scrapers': '["monitoring"]',
  'lockstep:host': 'mcp.example.com',
  'lockstep:gateway': 'gateways/public',
  'lockstep:metrics': 'prometheus-operator',
  'lockstep:vault': 'https://vault.vault.svc:8200',
});
/** Types of resources that stay when the stack is destroyed, which mocks alone don't show. */
const staying: string[] = [];
const monitor = runtime.getMonitor() as Monitor;
const { registerResource } = monitor;
monitor.registerResource = function listening(request, callback) {
  if (request.getRetainondelete()) staying.push(request.getType());
  registerResource.call(this, request, callback);
};
const outputs: Partial<Unwrap<typeof import('./index.ts')>> = {};
output(await import('./index.ts')).apply((known) => Object.assign(outputs, known));
await runtime.disconnect();

const ofKind = (kind: string) => made.filter(({ type }) => type.endsWith(`:${kind}`));

it('outputs what the gateway of the selected stack gets', () => {
  expect(outputs.bundleDigest).toBe(makeBundle(environments.prod).digest);
  expect(outputs.permissions?.['git/git_push']).toMatch(/^destructive approve by 2 of release-manager/);
  expect(outputs.url).toBe('https://mcp.example.com/mcp');
  expect(outputs.clientConfiguration?.mcpServers.lockstep.url).toBe(outputs.url);
});

it('runs every server of the environment, and the gateway', () => {
  const names = ofKind('Deployment').map(({ inputs }) => inputs.metadata.name);
  const servers = Object.keys(environments.prod.servers).map((server) => `mcp-${server}`);
  expect(names.toSorted()).toEqual(['lockstep-gateway', ...servers].toSorted());
  expect(ofKind('HTTPRoute')).toHaveLength(1);
});

it('gives the gateway the bundle and the addresses of its servers', () => {
  const [config] = ofKind('ConfigMap').filter(({ inputs }) => inputs.data?.[volumeFiles.config]);
  const deployment = JSON.parse(config?.inputs.data[volumeFiles.deployment]);
  expect(Object.keys(deployment.servers)).toEqual(Object.keys(environments.prod.servers));
  expect(deployment.servers.files).toEqual({
    url: 'http://mcp-files.mcp-prod.svc:8080/mcp',
    bridge: true,
  });
});

it('takes the images of the releases that the environment pins', () => {
  const [files] = ofKind('Deployment').filter(({ name }) => name === 'prod.files-workload');
  const { label } = environments.prod.releases.files ?? {};
  const list = new Map(Object.entries(images));
  expect(files?.inputs.spec.template.spec.containers[0].image).toBe(list.get(`files@${label}`));
});

it('enforces “restricted” in its namespace, under an explicit provider', () => {
  const [namespace] = ofKind('Namespace');
  expect(namespace?.inputs.metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  const [provider] = made.filter(({ type }) => type === 'pulumi:providers:kubernetes');
  expect(provider?.inputs).toMatchObject({ context: 'prod', enableConfigMapMutable: 'true' });
});

it("keeps the gateway's volume and its namespace when it is destroyed", () => {
  expect(staying.toSorted()).toEqual([
    'kubernetes:core/v1:Namespace',
    'kubernetes:core/v1:PersistentVolumeClaim',
  ]);
});

it('declares every value that it reads', () => {
  const declared = readFileSync(new URL('../Pulumi.yaml', import.meta.url), 'utf8');
  const program = readFileSync(new URL('config.ts', import.meta.url), 'utf8');
  const read = [...program.matchAll(/(?:text|config\.require\w+)(?:<\w+\[\]>)?\('(\w+)'\)/g)];
  expect(read).toHaveLength(14);
  for (const [, key] of read) expect(declared).toMatch(new RegExp(`^  ${key}:$`, 'm'));
});
