// Evaluates one program without an engine and reports its time and memory.
//
//   child.ts components [FILE]   McpEnvironment for each environment; writes what was registered into FILE
//   child.ts plain FILE          the same resources, registered one by one
import { readFileSync, writeFileSync } from 'node:fs';
import { McpEnvironment } from '@lockstep/components';
import * as kubernetes from '@pulumi/kubernetes';
import { type CustomResource, type CustomResourceOptions, runtime } from '@pulumi/pulumi';
import { makeEnvironments } from './environments.ts';

/** What a child reports. */
export interface Taken {
  readonly resources: number;
  readonly milliseconds: number;
  /** Its peak memory, in MiB. */
  readonly memory: number;
}

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: object;
}

const [mode, file] = process.argv.slice(2);
const digest = `sha256:${'1'.repeat(64)}`;
const registered: Registered[] = [];

await runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      return { id: `${name}-id`, state: inputs };
    },
    call: () => ({}),
  },
  'bench',
  'bench',
  false,
);

const given = mode === 'plain' ? (JSON.parse(readFileSync(file ?? '', 'utf8')) as Registered[]) : [];
const started = performance.now();
const provider = new kubernetes.Provider('cluster', {});
if (mode === 'plain') registerAll(given, provider);
else stampAll(provider);
await runtime.disconnect();
const milliseconds = performance.now() - started;

const own = registered.filter(({ type }) => type.startsWith('kubernetes:'));
if (mode === 'components' && file !== undefined) writeFileSync(file, JSON.stringify(own));
const taken: Taken = {
  resources: own.length,
  milliseconds,
  memory: process.resourceUsage().maxRSS / 1024,
};
process.send?.(taken);

function stampAll(cluster: kubernetes.Provider): void {
  for (const [name, environment] of Object.entries(makeEnvironments())) {
    const images = Object.keys(environment.servers).map((server) => [server, `example/${server}@${digest}`]);
    new McpEnvironment(
      name,
      {
        environment,
        namespace: `mcp-${name}`,
        owner: 'platform',
        images: { gateway: `example/gateway@${digest}`, ...Object.fromEntries(images) },
        gateway: { keysSecret: 'keys', storage: { size: '10Gi' } },
        network: { hostNames: 'none' },
        monitoring: { operator: 'none' },
      },
      { providers: { kubernetes: cluster } },
    );
  }
}

type Kind = new (name: string, inputs: object, opts: CustomResourceOptions) => CustomResource;

/** Registers each object as a program without components would: `new kubernetes.apps.v1.Deployment(…)`. */
function registerAll(resources: readonly Registered[], cluster: kubernetes.Provider): void {
  for (const { type, name, inputs } of resources) {
    const [, path = '', kind = ''] = type.split(':');
    const [group = '', version = ''] = path.split('/');
    const groups = kubernetes as unknown as Record<string, Record<string, Record<string, Kind>>>;
    const Class = groups[group.split('.')[0] ?? '']?.[version]?.[kind];
    if (Class !== undefined) new Class(name, inputs, { provider: cluster });
    else if (type !== 'pulumi:providers:kubernetes') throw new Error(`There is no class for ${type}.`);
  }
}
