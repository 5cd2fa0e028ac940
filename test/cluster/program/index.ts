// The program that the cluster's tests render and apply; see environments.ts. IMAGES names the list from images.sh.
// With RENAMED_FROM, the component has a new name, and that name as an alias.
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
const withSecrets = 'reports' in environment.servers;
const vaultAddress = 'http://vault.outside.svc:8200';

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

const { RENAMED_FROM } = process.env;

const { url, bundleDigest } = new McpEnvironment(
  RENAMED_FROM === undefined ? stack : `${stack}-renamed`,
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
      ...(withSecrets && { egress: [{ service: 'vault', namespace: 'outside', port: 8200 }] }),
    },
    network: { hostNames: 'none' },
    ...(withSecrets && { vault: { address: vaultAddress, mount: { path: 'mcp', version: 2 } } }),
  },
  {
    providers: {
      kubernetes: cluster,
      ...(withSecrets && { vault: new vault.Provider('vault', { address: vaultAddress, token: 'unused' }) }),
    },
    dependsOn: home,
    ...(RENAMED_FROM && { aliases: [{ name: RENAMED_FROM }] }),
  },
);

export { bundleDigest, url };
