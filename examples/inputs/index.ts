// Every way to pass a value that another resource or another stack decides: a namespace made here, an image built here,
// a registry's URL, another stack's outputs, a bucket. What decides which objects there are, such as the servers and
// their egress, is plain data in environments.ts, so that a preview shows all of it.
import { AuditArchive, GatewayRepository } from '@lockstep/aws';
import { McpEnvironment, restrictedNamespace } from '@lockstep/components';
import { Provider as AwsProvider } from '@pulumi/aws';
import { Image } from '@pulumi/docker-build';
import { core, Provider } from '@pulumi/kubernetes';
import { Config, interpolate, StackReference } from '@pulumi/pulumi';
import { Provider as VaultProvider } from '@pulumi/vault';
import { environments } from './environments.ts';

const config = new Config();
const platform = new StackReference('platform', {
  name: config.get('platform') ?? 'organization/platform/prod',
});

const region = 'eu-west-1';
const aws = new AwsProvider('aws', { region });
const address = platform.requireOutput('vaultAddress');
const providers = {
  kubernetes: new Provider('cluster', {
    kubeconfig: platform.requireOutput('kubeconfig'),
    enableConfigMapMutable: true,
  }),
  vault: new VaultProvider('vault', { address }),
};

const team = new core.v1.Namespace(
  'team',
  { metadata: { name: 'shop', labels: { ...restrictedNamespace } } },
  { provider: providers.kubernetes, retainOnDelete: true },
);

// `ref` has the digest, so it is known once the image is built; a preview shows the Deployment without it.
const repository = new GatewayRepository(
  'gateway',
  { repositoryName: 'lockstep/gateway' },
  { providers: { aws } },
);
const built = new Image('gateway', {
  context: { location: '../../packages/gateway' },
  platforms: ['linux/amd64', 'linux/arm64'],
  tags: [interpolate`${repository.repositoryUrl}:1.0.0`],
  push: true,
});

const archive = new AuditArchive(
  'audit',
  { bucketName: 'shop-mcp-audit', retention: { mode: 'GOVERNANCE', days: 365 } },
  { providers: { aws } },
);

const mcp = new McpEnvironment(
  'shop',
  {
    environment: environments.prod,
    namespace: team.metadata.name,
    owner: platform.requireOutput('team'),
    images: { gateway: built.ref },
    gateway: {
      keysSecret: platform.requireOutput('keysSecret'),
      storage: {
        size: config.get('storage') ?? '20Gi',
        storageClass: platform.requireOutput('storageClass'),
      },
      expose: {
        ingress: {
          className: platform.requireOutput('ingressClass'),
          host: interpolate`mcp.${platform.requireOutput('domain')}`,
          tlsSecret: 'mcp-tls',
          annotations: { 'cert-manager.io/cluster-issuer': platform.requireOutput('issuer') },
        },
      },
      clients: [{ namespace: platform.requireOutput('ingressNamespace') }],
      archive: { bucket: archive.bucketName, region },
      egress: [`shop-mcp-audit.s3.${region}.amazonaws.com`],
      serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': platform.requireOutput('gatewayRoleArn') },
    },
    network: { hostNames: 'cilium', dns: [{ cidr: platform.requireOutput('dnsCidr') }] },
    pods: { imagePullSecrets: [platform.requireOutput('pullSecret')] },
    vault: {
      address,
      mount: { path: platform.requireOutput('vaultMount'), version: 2 },
      auth: { path: platform.requireOutput('vaultAuth') },
      deliver: 'vault-secrets-operator',
    },
    monitoring: {
      operator: 'prometheus-operator',
      labels: { release: platform.requireOutput('prometheus') },
    },
  },
  { providers },
);

export const { url, bundleDigest, permissions } = mcp;
/** The Deployment, for whatever else must wait for it. */
export const gatewayDeployment = mcp.gateway.deployment.metadata.name;
