// The minimum for a cluster: this program, and a namespace with Secrets for keys and first tokens.
import { McpEnvironment } from '@lockstep/components';
import { imagesFor } from '@lockstep/model';
import { Provider } from '@pulumi/kubernetes';
import { Config } from '@pulumi/pulumi';
import { environments } from './environments.ts';
import images from './images.json' with { type: 'json' };

const config = new Config();
const environment = environments.dev;
const context = config.get('context') ?? 'kind-mcp';

const mcp = new McpEnvironment(
  'dev',
  {
    environment,
    namespace: 'mcp-dev',
    owner: 'platform',
    images: imagesFor(environment, images),
    gateway: {
      keysSecret: 'lockstep-keys',
      tokensSecret: 'lockstep-tokens',
      storage: { size: '1Gi' },
      clients: [{ namespace: 'agents' }],
    },
    // Agents' memory outlives the pod.
    servers: { memory: { data: { size: '1Gi' } } },
    network: { hostNames: 'none' },
  },
  { providers: { kubernetes: new Provider('cluster', { context, enableConfigMapMutable: true }) } },
);

export const { url, bundleDigest, clientConfiguration } = mcp;
