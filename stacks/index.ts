// One stack per environment: its namespace, and everything that McpEnvironment creates from its declaration. What
// differs between clusters is in Pulumi.<stack>.yaml; what agents may do is in environments.ts.
import { McpEnvironment, restrictedNamespace } from '@lockstep/components';
import { imagesFor } from '@lockstep/model';
import { core, Provider } from '@pulumi/kubernetes';
import { getStack } from '@pulumi/pulumi';
import { Provider as VaultProvider } from '@pulumi/vault';
import { settings } from './config.ts';
import { environments } from './environments.ts';
import images from './images.json' with { type: 'json' };

const stack = getStack();
const environment = new Map(Object.entries(environments)).get(stack);
if (environment === undefined) {
  throw new Error(
    `There is no environment ${stack}; select the stack of one of ${Object.keys(environments).join(', ')}.`,
  );
}
const { context, namespace, owner, network, gateway, vault, monitoring } = settings();

const cluster = new Provider('cluster', {
  context,
  // A permission change then updates ConfigMaps, line by line, and never replaces them.
  enableConfigMapMutable: true,
  enableServerSideApply: true,
});

const home = new core.v1.Namespace(
  'namespace',
  { metadata: { name: namespace, labels: { ...restrictedNamespace, 'lockstep.dev/owner': owner } } },
  // The volume with approvals and audit outlives the stack, so its namespace must too.
  { provider: cluster, retainOnDelete: true },
);

const mcp = new McpEnvironment(
  stack,
  {
    environment,
    namespace: home.metadata.name,
    owner,
    network,
    gateway,
    monitoring,
    ...(vault && { vault }),
    images: imagesFor(environment, images),
    servers: {
      // This Secret decides which cluster the server sees. Until the Secret exists, only this server is down.
      kube: {
        env: { KUBECONFIG: '/etc/kubeconfig/config' },
        volumes: [
          {
            name: 'kubeconfig',
            mountPath: '/etc/kubeconfig',
            source: { secret: { secretName: 'kube-kubeconfig', optional: true } },
          },
        ],
      },
    },
  },
  {
    providers: {
      kubernetes: cluster,
      ...(vault && { vault: new VaultProvider('vault', { address: vault.address }) }),
    },
  },
);

// `permissions` is by tool, so that a preview shows which tools a change concerns.
export const { url, bundleDigest, clientConfiguration, unenforcedEgress, retainedVolumes, permissions } = mcp;
