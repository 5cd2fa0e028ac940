// What the cluster's tests render and apply; see environments.ts. IMAGES names the list that images.sh made.
import { readFileSync } from 'node:fs';
import { McpEnvironment, restrictedNamespace } from '@lockstep/components';
import { imagesFor } from '@lockstep/model';
import * as kubernetes from '@pulumi/kubernetes';
import { getStack } from '@pulumi/pulumi';
import * as vault from '@pulumi/vault';
import { environments } from './environments.ts';

const stack = getStack();
const environment = environments[stack as keyof typeof environments];
const namespace = `agents-${stack}`;
const images = JSON.parse(readFileSync(process.env.IMAGES ?? '', 'utf8')) as Record<string, string>;

const cluster = new kubernetes.Provider('cluster', { enableConfigMapMutable: true });
const secrets = new vault.Provider('secrets', { address: 'http://vault.outside.svc:8200', token: 'unused' });

const home = new kubernetes.core.v1.Namespace(
  'home',
  {
    metadata: {
      name: namespace,
      labels: restrictedNamespace,
    },
  },
  { provider: cluster },
);

const { url, bundleDigest } = new McpEnvironment(
  stack,
  {
    environment,
    namespace,
    owner: 'tests',
    images: imagesFor(environment, images),
    gateway: {
      keysSecret: 'keys',
      tokensSecret: 'tokens',
      storage: { size: '1Gi', storageClass: '', volumeName: `gateway-${stack}` },
      protect: false,
      clients: [{ cidr: '10.88.6.1/32' }],
      egress: [{ service: 'vault', namespace: 'outside', port: 8200 }],
    },
    network: { hostNames: 'none' },
    vault: { address: 'http://vault.outside.svc:8200', mount: { path: 'mcp', version: 2 } },
  },
  { providers: { kubernetes: cluster, vault: secrets }, dependsOn: home },
);

export { bundleDigest, url };
