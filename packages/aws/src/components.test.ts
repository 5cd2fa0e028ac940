import { output, runtime, secret } from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import { AuditArchive, GatewayRepository, WorkloadIdentity } from './index.ts';
import { AwsProvider, type Recorded, record } from './recorder.fixture.ts';

function whole(): void {
  const opts = { providers: { aws: new AwsProvider('aws') } };
  const archive = new AuditArchive(
    'audit',
    { bucketName: 'acme-mcp-audit', retention: { mode: 'COMPLIANCE', days: 400 }, prefix: 'mcp' },
    opts,
  );
  const workload = {
    namespace: 'mcp',
    serviceAccount: 'lockstep-gateway',
    statements: archive.appendStatements,
  };
  new WorkloadIdentity('pod', { mode: 'pod-identity', clusterName: output('platform'), ...workload }, opts);
  new WorkloadIdentity(
    'irsa',
    { mode: 'irsa', providerArn: 'arn:aws:iam::1:oidc-provider/x', issuer: 'https://x', ...workload },
    opts,
  );
  new GatewayRepository('images', { repositoryName: 'lockstep/gateway' }, opts);
}

const children = ({ resources }: Recorded<unknown>) =>
  resources.filter(({ type }) => type.startsWith('aws:'));
const ofType = (recorded: Recorded<unknown>, type: string) =>
  recorded.resources.filter((resource) => resource.type === type);

describe('the components', () => {
  it('create these resources', async () => {
    const { resources } = await record(whole);
    expect(resources.map(({ urn }) => urn)).toMatchSnapshot();
  });

  it('create the same resources while outputs are unknown', async () => {
    const known = await record(whole);
    const unknown = await record(whole, { unknown: true });
    const shape = ({ resources }: Recorded<unknown>) =>
      resources.map(({ urn, inputs, protect }) => ({ urn, fields: Object.keys(inputs).toSorted(), protect }));
    expect(shape(unknown)).toEqual(shape(known));
  });

  it('give every resource its component as parent and the given provider', async () => {
    const recorded = await record(whole);
    for (const { name, parent, provider } of children(recorded)) {
      expect(parent, name).toContain('::lockstep-aws:index:');
      expect(provider, name).toContain('pulumi:providers:aws::aws::');
    }
  });

  it('recognise their own kind', async () => {
    await record(() => {
      const opts = { providers: { aws: new AwsProvider('aws') } };
      const repository = new GatewayRepository('images', { repositoryName: 'r' }, opts);
      expect(GatewayRepository.isInstance(repository)).toBe(true);
      expect(AuditArchive.isInstance(repository)).toBe(false);
      expect(WorkloadIdentity.isInstance({})).toBe(false);
    });
  });

  it('keep their arguments out of the state', async () => {
    const { resources } = await record(whole);
    for (const { name, inputs } of resources.filter(({ type }) => type.startsWith('lockstep-aws:'))) {
      expect(inputs, name).toEqual({});
    }
  });

  it('send no secret in plain text', async () => {
    const planted = 'p1anted';
    const { resources } = await record(() => {
      const opts = { providers: { aws: new AwsProvider('aws') } };
      const tags = { hidden: secret(planted) };
      new AuditArchive(
        'audit',
        { bucketName: 'acme-mcp-audit', retention: { mode: 'GOVERNANCE', days: 1 }, tags },
        opts,
      );
      new GatewayRepository(
        'images',
        { repositoryName: 'r', tags, kmsKeyArn: secret(`arn:${planted}`) },
        opts,
      );
      const statements = [{ sid: 'Read', actions: ['s3:GetObject'], resources: [secret(`arn:${planted}`)] }];
      const irsa = { mode: 'irsa', providerArn: secret(planted), issuer: secret(planted) } as const;
      new WorkloadIdentity('i', { ...irsa, namespace: 'n', serviceAccount: 's', statements, tags }, opts);
    });
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(planted));
    expect(holders.length).toBeGreaterThan(4);
    for (const { name, inputs } of holders) {
      expect(JSON.stringify(withoutSecrets(inputs)), name).not.toContain(planted);
    }
  });
});

describe('the archive', () => {
  it('is protected, and kept when the stack is destroyed', async () => {
    const recorded = await record(whole);
    const kept = children(recorded).filter(({ name }) => name.startsWith('audit-'));
    expect(kept).toHaveLength(9);
    for (const { name, protect, retainOnDelete } of kept) {
      expect({ name, protect, retainOnDelete }).toEqual({ name, protect: true, retainOnDelete: true });
    }
  });

  it("can be unprotected, and still isn't deleted", async () => {
    const recorded = await record(() => {
      const retention = { mode: 'GOVERNANCE', days: 1 } as const;
      new AuditArchive(
        'audit',
        { bucketName: 'acme-mcp-audit', retention, protect: false },
        { providers: { aws: new AwsProvider('aws') } },
      );
    });
    for (const { protect, retainOnDelete } of children(recorded)) {
      expect({ protect, retainOnDelete }).toEqual({ protect: false, retainOnDelete: true });
    }
  });

  it('is locked, versioned, encrypted, owned by the account, and private', async () => {
    const recorded = await record(whole);
    const inputs = (type: string) => ofType(recorded, type)[0]?.inputs;
    expect(inputs('aws:s3/bucket:Bucket')).toMatchObject({
      bucket: 'acme-mcp-audit',
      objectLockEnabled: true,
      forceDestroy: false,
    });
    expect(inputs('aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration')).toMatchObject({
      rule: { defaultRetention: { mode: 'COMPLIANCE', days: 400 } },
    });
    expect(inputs('aws:kms/key:Key')).toMatchObject({ enableKeyRotation: true });
    expect(inputs('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock')).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });
});

describe('an identity', () => {
  it('may add to the archive and nothing else', async () => {
    const recorded = await record(whole);
    const [policy] = ofType(recorded, 'aws:iam/rolePolicy:RolePolicy');
    const { Statement } = JSON.parse(String(policy?.inputs.policy));
    expect(Statement.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      's3:PutObject',
      'kms:GenerateDataKey',
    ]);
    expect(Statement[0].Resource).toEqual(['arn:aws:mock:::Bucket/audit-bucket/mcp/*']);
    expect(Statement[1].Resource).toEqual(['arn:aws:mock:::Key/audit-key']);
  });

  it('is bound to one ServiceAccount, in both modes', async () => {
    const recorded = await record(whole);
    const trust = (name: string) =>
      recorded.resources.find((resource) => resource.name === name)?.inputs.assumeRolePolicy;
    expect(trust('pod-role')).toContain('"aws:RequestTag/kubernetes-service-account":"lockstep-gateway"');
    expect(trust('irsa-role')).toContain('"x:sub":"system:serviceaccount:mcp:lockstep-gateway"');
    expect(trust('irsa-role')).toContain('"x:aud":"sts.amazonaws.com"');
    expect(ofType(recorded, 'aws:eks/podIdentityAssociation:PodIdentityAssociation')).toMatchObject([
      { inputs: { clusterName: 'platform', namespace: 'mcp', serviceAccount: 'lockstep-gateway' } },
    ]);
  });

  it('returns annotations, which are empty with Pod Identity', async () => {
    const { result } = await record(() => {
      const opts = { providers: { aws: new AwsProvider('aws') } };
      const statements = [{ sid: 'Read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] }];
      const workload = { namespace: 'n', serviceAccount: 's', statements };
      return [
        new WorkloadIdentity('one', { mode: 'pod-identity', clusterName: 'c', ...workload }, opts),
        new WorkloadIdentity('two', { mode: 'irsa', providerArn: 'arn', issuer: 'x', ...workload }, opts),
      ].map((identity) => Object.keys(identity.serviceAccountAnnotations));
    });
    expect(result).toEqual([[], ['eks.amazonaws.com/role-arn']]);
  });
});

describe('an error names', () => {
  const opts = () => ({ providers: { aws: new AwsProvider('aws') } });
  const audit = { bucketName: 'acme-mcp-audit', retention: { mode: 'COMPLIANCE', days: 400 } } as const;
  const statement = { sid: 'Read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] };
  const pod = { mode: 'pod-identity', clusterName: 'c', namespace: 'n', serviceAccount: 's' } as const;
  const archive = (args: object) => new AuditArchive('a', { ...audit, ...args } as never, opts());
  const identity = (args: object) =>
    new WorkloadIdentity('i', { ...pod, statements: [statement], ...args } as never, opts());

  const cases: [string, () => unknown][] = [
    ['AuditArchive a: opts.providers: has no aws provider', () => new AuditArchive('a', audit)],
    [
      'GatewayRepository r: opts.providers: has no aws provider',
      () => new GatewayRepository('r', { repositoryName: 'x' }),
    ],
    [
      'WorkloadIdentity i: opts.providers: has no aws provider',
      () => new WorkloadIdentity('i', { ...pod, statements: [statement] }),
    ],
    [
      'GatewayRepository r: keep: is 0',
      () => new GatewayRepository('r', { repositoryName: 'x', keep: 0 }, opts()),
    ],
    ['AuditArchive a: bucketName: is "Acme"', () => archive({ bucketName: 'Acme' })],
    ['AuditArchive a: retention.mode: is "NONE"', () => archive({ retention: { mode: 'NONE', days: 1 } })],
    [
      'AuditArchive a: retention.days: is 0.5',
      () => archive({ retention: { mode: 'COMPLIANCE', days: 0.5 } }),
    ],
    ['AuditArchive a: prefix: is "/mcp"', () => archive({ prefix: '/mcp' })],
    ['lifecycle.deepAfterDays: is 100', () => archive({ lifecycle: { deepAfterDays: 100 } })],
    ['lifecycle.deleteAfterDays: is 400', () => archive({ lifecycle: { deleteAfterDays: 400 } })],
    ['WorkloadIdentity i: mode: is "none"', () => identity({ mode: 'none' })],
    ['WorkloadIdentity i: serviceAccount: is "*"', () => identity({ serviceAccount: '*' })],
    ['WorkloadIdentity i: statements: is empty', () => identity({ statements: [] })],
    [
      'statements[0].actions: has s3:* in Read',
      () => identity({ statements: [{ ...statement, actions: ['s3:*'] }] }),
    ],
    [
      'statements[0].resources: has * in Read',
      () => identity({ statements: [{ ...statement, resources: ['*'] }] }),
    ],
  ];

  it.each(cases)('%s', async (sentence, make) => {
    await record(() => expect(make).toThrow(sentence));
  });
});

/** A value as anybody can read it in the state: without the contents of secrets. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if (runtime.specialSigKey in value) return 'secret';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
