// An environment on an EKS cluster that another stack made. Its images are in ECR, its audit is in a bucket that
// nobody can empty, and its pods have roles in AWS.
import { AuditArchive, GatewayRepository, WorkloadIdentity } from '@lockstep/aws';
import { gatewayObject, McpEnvironment, restrictedNamespace, serverObject } from '@lockstep/components';
import { imagesFor } from '@lockstep/model';
import { Provider as AwsProvider, type Region } from '@pulumi/aws';
import { core, Provider } from '@pulumi/kubernetes';
import { Config, StackReference } from '@pulumi/pulumi';
import { database } from './database.ts';
import { environments } from './environments.ts';
import images from './images.json' with { type: 'json' };
import { notifications } from './notifications.ts';

const config = new Config();
const region = config.require('region');
const auditBucket = config.require('auditBucket');
const cluster = new StackReference(config.require('cluster'));

const namespace = 'mcp-prod';
const owner = 'platform';
const aws = new AwsProvider('aws', {
  region: region as Region,
  defaultTags: { tags: { owner, 'managed-by': 'pulumi' } },
});
const kubernetes = new Provider('cluster', {
  kubeconfig: cluster.requireOutput('kubeconfig'),
  enableConfigMapMutable: true,
});
const inAws = { providers: { aws } };

const repository = new GatewayRepository('gateway', { repositoryName: 'lockstep/gateway' }, inAws);

const archive = new AuditArchive(
  'audit',
  { bucketName: auditBucket, retention: { mode: 'COMPLIANCE', days: 400 } },
  inAws,
);
const orders = database(cluster, region, { provider: aws });
const topic = notifications(archive.keyArn, config.require('alertEmail'), { provider: aws });

const pods = { mode: 'pod-identity', clusterName: cluster.requireOutput('clusterName'), namespace } as const;
const identities = [
  new WorkloadIdentity(
    'gateway-identity',
    { ...pods, serviceAccount: gatewayObject(), statements: archive.appendStatements },
    inAws,
  ),
  new WorkloadIdentity(
    'orders-identity',
    {
      ...pods,
      serviceAccount: serverObject('orders'),
      statements: [{ sid: 'SignIn', actions: ['rds-db:connect'], resources: [orders.userArn] }],
    },
    inAws,
  ),
];

const home = new core.v1.Namespace(
  'namespace',
  { metadata: { name: namespace, labels: { ...restrictedNamespace, 'lockstep.dev/owner': owner } } },
  // The volume with approvals and audit outlives the stack, so its namespace must too.
  { provider: kubernetes, retainOnDelete: true },
);

const environment = environments.prod;
const mcp = new McpEnvironment(
  'prod',
  {
    environment,
    namespace: home.metadata.name,
    owner,
    images: imagesFor(environment, images),
    // EKS Auto Mode enforces host names for pods.
    network: { hostNames: 'eks' },
    servers: { orders: { env: { DATABASE_HOST: orders.host, DATABASE_NAME: 'orders' } } },
    gateway: {
      keysSecret: 'lockstep-keys',
      tokensSecret: 'lockstep-tokens',
      storage: { size: '20Gi', storageClass: 'gp3' },
      clients: [{ namespace: 'agents' }],
      archive: { bucket: auditBucket, region },
      egress: [
        { host: `${auditBucket}.s3.${region}.amazonaws.com`, port: 443, unenforced: false },
        // The agent that gives pods their roles.
        { cidr: '169.254.170.23/32', port: 80 },
      ],
    },
  },
  { providers: { kubernetes }, dependsOn: identities },
);

export const { url, bundleDigest, clientConfiguration } = mcp;
export const { repositoryUrl } = repository;
export const alarms = topic;
