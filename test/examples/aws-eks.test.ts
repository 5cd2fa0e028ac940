import { parseDeployment, volumeFiles } from '@lockstep/model/internal';
import { type Input, output, runtime, type Unwrap } from '@pulumi/pulumi';
import { expect, it } from 'vitest';

interface Made {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
  readonly inputs: any;
}

const made: Made[] = [];
const clusterStack = {
  kubeconfig: 'apiVersion: v1',
  clusterName: 'platform-prod',
  accountId: '111122223333',
  databaseSubnetGroup: 'data',
  databaseSecurityGroup: 'sg-1',
};

await runtime.setMocks(
  {
    newResource({ type, name, inputs }) {
      made.push({ type, name, inputs });
      if (type === 'pulumi:pulumi:StackReference')
        return { id: name, state: { ...inputs, outputs: clusterStack } };
      return {
        id: name,
        state: { name, ...inputs, arn: `arn:aws:mock:::${name}`, resourceId: 'db-1', address: 'db' },
      };
    },
    call: ({ inputs }) => inputs,
  },
  'lockstep-aws-eks',
  'prod',
  true,
);
runtime.setAllConfig({
  'lockstep-aws-eks:region': 'eu-west-1',
  'lockstep-aws-eks:cluster': 'acme/platform/prod',
  'lockstep-aws-eks:auditBucket': 'acme-mcp-audit-prod',
  'lockstep-aws-eks:alertEmail': 'on-call@example.com',
});
const outputs: Partial<Unwrap<typeof import('../../examples/aws-eks/index.ts')>> = {};
for (const [name, exported] of Object.entries<Input<object>>(
  (await import('../../examples/aws-eks/index.ts')) as never,
)) {
  output(exported).apply((known) => Object.assign(outputs, { [name]: known }));
}
await runtime.disconnect();

const ofKind = (kind: string) => made.filter(({ type }) => type.endsWith(`:${kind}`));
const statementsOf = (name: string) =>
  JSON.parse(made.find((resource) => resource.name === name)?.inputs.policy).Statement;

it('is an environment behind one gateway', () => {
  expect(outputs.url).toBe('http://lockstep-gateway.mcp-prod.svc:7411/mcp');
  expect(
    ofKind('Deployment')
      .map(({ inputs }) => inputs.metadata.name)
      .toSorted(),
  ).toEqual(['lockstep-gateway', 'mcp-orders']);
});

it('names the archive to the gateway, and lets it write there and do nothing else', () => {
  const [config] = ofKind('ConfigMap').filter(({ inputs }) => inputs.data?.[volumeFiles.deployment]);
  const deployment = parseDeployment(JSON.parse(config?.inputs.data[volumeFiles.deployment]));
  expect(deployment.archive).toEqual({ bucket: 'acme-mcp-audit-prod', region: 'eu-west-1' });
  expect(ofKind('Bucket')[0]?.inputs.bucket).toBe(deployment.archive?.bucket);
  const actions = statementsOf('gateway-identity-policy').flatMap(
    ({ Action }: { Action: string[] }) => Action,
  );
  expect(actions).toEqual(['s3:PutObject', 'kms:GenerateDataKey']);
  const associations = ofKind('PodIdentityAssociation').map(({ inputs }) => inputs.serviceAccount);
  const accounts = ofKind('ServiceAccount').map(({ inputs }) => inputs.metadata.name);
  expect(accounts).toEqual(expect.arrayContaining(associations));
});

it('signs the server into its database without a password', () => {
  expect(statementsOf('orders-identity-policy')).toMatchObject([
    { Action: ['rds-db:connect'], Resource: ['arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-1/orders'] },
  ]);
  expect(ofKind('Instance')[0]?.inputs).not.toHaveProperty('password');
});
