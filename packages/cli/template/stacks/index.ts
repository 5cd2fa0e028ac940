// One stack per environment: `pulumi up --stack prod` deploys to Kubernetes what `lockstep up prod` runs on a laptop.
import { McpEnvironment, restrictedNamespace } from '@lockstep/components';
import { imagesFor } from '@lockstep/model';
import { core, Provider } from '@pulumi/kubernetes';
import { Config, getStack } from '@pulumi/pulumi';
import { environments } from './environments.ts';
import images from './images.json' with { type: 'json' };

const stack = getStack();
const environment = new Map(Object.entries(environments)).get(stack);
if (environment === undefined) {
  throw new Error(
    `There is no environment ${stack}; select the stack of one of ${Object.keys(environments).join(', ')}.`,
  );
}

const cluster = new Provider('cluster', {
  context: new Config().require('context'),
  // A change of permissions then updates ConfigMaps line by line, and replaces none.
  enableConfigMapMutable: true,
  enableServerSideApply: true,
});

const namespace = `mcp-${stack}`;
const home = new core.v1.Namespace(
  'namespace',
  { metadata: { name: namespace, labels: { ...restrictedNamespace } } },
  // The volume with approvals and audit outlives the stack, and so must its namespace.
  { provider: cluster, retainOnDelete: true },
);

const mcp = new McpEnvironment(
  stack,
  {
    environment,
    namespace: home.metadata.name,
    owner: 'platform',
    images: imagesFor(environment, images),
    gateway: {
      keysSecret: 'lockstep-keys',
      tokensSecret: 'lockstep-tokens',
      storage: { size: '10Gi' },
      clients: [{ namespace: 'agents' }],
    },
    network: { hostNames: 'none' },
  },
  { providers: { kubernetes: cluster } },
);

// `permissions` is by tool, so that a preview shows which tools a change concerns.
export const { url, bundleDigest, clientConfiguration, permissions } = mcp;
