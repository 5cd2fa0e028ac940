// The minimum for a cluster: this program alone makes all that is needed.
import { McpEnvironment, restrictedNamespace } from '@lockstep/components';
import { imagesFor } from '@lockstep/model';
import { core, Provider } from '@pulumi/kubernetes';
import { Config } from '@pulumi/pulumi';
import { environments } from './environments.ts';
import images from './images.json' with { type: 'json' };

const config = new Config();
const environment = environments.dev;
const context = config.get('context') ?? 'kind-mcp';

const cluster = new Provider('cluster', { context, enableConfigMapMutable: true });

// The keys are in it, so it stays when the stack goes.
const home = new core.v1.Namespace(
  'home',
  { metadata: { name: 'mcp-dev', labels: restrictedNamespace } },
  { provider: cluster, retainOnDelete: true },
);

const mcp = new McpEnvironment(
  'dev',
  {
    environment,
    namespace: home.metadata.name,
    owner: 'platform',
    images: imagesFor(environment, images),
    packages: 'install',
    gateway: {
      keys: 'create',
      storage: { size: '1Gi' },
      clients: [{ namespace: 'agents' }],
    },
    // Agents' memory outlives the pod.
    servers: { memory: { data: { size: '1Gi' } } },
    network: { hostNames: 'none' },
  },
  { providers: { kubernetes: cluster } },
);

export const { url, bundleDigest, clientConfiguration } = mcp;
