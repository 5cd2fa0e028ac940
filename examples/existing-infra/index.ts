// A program in an existing infrastructure repository: another stack made the network, the cluster and Vault. It adds
// one MCP server and its gateway to a team's namespace.
import { McpEnvironment } from '@lockstep/components';
import * as kubernetes from '@pulumi/kubernetes';
import { Config, StackReference } from '@pulumi/pulumi';
import * as vault from '@pulumi/vault';
import { environments } from './environments.ts';

const config = new Config();
const image = config.get('gatewayImage') ?? `registry.example.com/lockstep/gateway@sha256:${'0'.repeat(64)}`;
const vaultAddress = config.get('vaultAddress') ?? 'https://vault.vault.svc:8200';

// The outputs of that stack. Names and switches are plain, so that a preview shows every resource; values that only
// the cloud knows stay outputs.
const platform = new StackReference('platform', {
  name: config.get('platform') ?? 'organization/platform/prod',
});
const cluster = new kubernetes.Provider('cluster', {
  kubeconfig: platform.requireOutput('kubeconfig'),
  enableConfigMapMutable: true,
});
const secrets = new vault.Provider('vault', {
  address: platform.requireOutput('vaultAddress'),
});

const mcp = new McpEnvironment(
  'shop',
  {
    environment: environments.prod,
    // The team's namespace, which already enforces Pod Security "restricted".
    namespace: 'shop',
    owner: 'shop',
    images: { gateway: image },
    gateway: {
      keysSecret: 'lockstep-keys',
      tokensSecret: 'lockstep-tokens',
      storage: { size: '20Gi', storageClass: platform.requireOutput('storageClass') },
      expose: {
        gatewayApi: {
          parentRefs: [{ name: 'internal', namespace: 'gateways' }],
          hostnames: ['mcp.shop.example.com'],
        },
      },
      clients: [{ namespace: 'gateways' }],
      monitoring: [{ namespace: 'monitoring' }],
    },
    servers: {
      orders: {
        replicas: 2,
        serviceAccountAnnotations: {
          'eks.amazonaws.com/role-arn': platform.requireOutput('ordersRoleArn'),
        },
      },
    },
    network: { hostNames: 'cilium' },
    vault: {
      address: vaultAddress,
      mount: { path: 'shop', version: 2 },
      auth: { path: 'clusters/prod' },
      deliver: 'vault-secrets-operator',
    },
    monitoring: { operator: 'prometheus-operator' },
  },
  { providers: { kubernetes: cluster, vault: secrets } },
);

export const { url, bundleDigest, clientConfiguration } = mcp;
