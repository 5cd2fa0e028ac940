import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveRules } from './archive/archive-lifecycle.ts';
import { archivePolicy } from './archive/archive-policy.ts';
import { irsaTrust, podIdentityTrust } from './identity/trust.ts';
import { findWide } from './policy.ts';
import { imageLifecycle } from './registry/gateway-repository.ts';

interface Statement {
  Sid: string;
  Effect: string;
  Principal?: unknown;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

const statementsOf = (json: string): Statement[] => JSON.parse(json).Statement;
const listOf = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const facts = fc.record({
  bucketArn: word.map((name) => `arn:aws:s3:::${name}`),
  keyArn: word.map((id) => `arn:aws:kms:eu-west-1:111122223333:key/${id}`),
  retentionDays: fc.integer({ min: 1, max: 36_500 }),
});

describe("the bucket's policy", () => {
  it('allows nothing, and denies only on this bucket', () => {
    fc.assert(
      fc.property(facts, (given) => {
        for (const { Effect, Principal, Resource } of statementsOf(archivePolicy(given))) {
          expect(Effect).toBe('Deny');
          expect(Principal).toBe('*');
          for (const resource of listOf(Resource)) {
            expect([given.bucketArn, `${given.bucketArn}/*`]).toContain(resource);
          }
        }
      }),
    );
  });

  it('denies plaintext, deletion, overwriting, shorter retention and other keys for any archive', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const found = Object.fromEntries(
          statementsOf(archivePolicy(given)).map(({ Sid, Action, Condition }) => [
            Sid,
            { Action, Condition },
          ]),
        );
        expect(found).toEqual({
          DenyWithoutTls: { Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          DenyOldTls: { Action: 's3:*', Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
          DenyDeletion: {
            Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
          },
          DenyBucketDeletion: { Action: 's3:DeleteBucket' },
          DenyOverwriting: { Action: 's3:PutObject', Condition: { Null: { 's3:if-none-match': 'true' } } },
          DenyShorterRetention: {
            Action: 's3:PutObjectRetention',
            Condition: {
              NumericLessThan: { 's3:object-lock-remaining-retention-days': String(given.retentionDays) },
            },
          },
          DenyOtherEncryption: {
            Action: 's3:PutObject',
            Condition: { StringNotEqualsIfExists: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
          },
          DenyOtherKeys: {
            Action: 's3:PutObject',
            Condition: {
              StringNotEqualsIfExists: { 's3:x-amz-server-side-encryption-aws-kms-key-id': given.keyArn },
            },
          },
        });
      }),
    );
  });
});

describe("a role's trust", () => {
  it('names one workload, by equality and without wildcards', () => {
    const workload = fc.record({ namespace: word, serviceAccount: word });
    fc.assert(
      fc.property(workload, word, (pods, host) => {
        const provider = { providerArn: `arn:aws:iam::1:oidc-provider/${host}`, issuer: `https://${host}` };
        for (const json of [podIdentityTrust(pods), irsaTrust(pods, provider)]) {
          const [statement, ...others] = statementsOf(json);
          expect(others).toEqual([]);
          expect(Object.keys(statement?.Condition ?? {})).toEqual(['StringEquals']);
          expect(json).not.toContain('*');
          expect(json).toContain(pods.serviceAccount);
        }
      }),
    );
  });
});

describe("an identity's statement", () => {
  const statement = { sid: 'Read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] };

  it('is refused with a wildcard in any action, wherever it is', () => {
    const action = fc.tuple(word, fc.stringMatching(/^[A-Z][a-z]{0,5}[*?][a-z]{0,5}$/));
    fc.assert(
      fc.property(action, fc.nat(2), ([service, verb], at) => {
        const actions = ['s3:GetObject', 's3:ListBucket'].toSpliced(at, 0, `${service}:${verb}`);
        expect(findWide({ ...statement, actions })).toMatchObject({ field: 'actions' });
      }),
    );
    expect(findWide({ ...statement, actions: ['*'] })).toMatchObject({ field: 'actions' });
  });

  it('may name all resources only if a condition narrows it', () => {
    const everything = { ...statement, resources: ['*'] };
    expect(findWide(everything)).toMatchObject({ field: 'resources' });
    expect(findWide({ ...everything, conditions: {} })).toMatchObject({ field: 'resources' });
    const conditions = { StringEquals: { 'cloudwatch:namespace': 'mcp' } };
    expect(findWide({ ...everything, conditions })).toBeUndefined();
    expect(findWide(statement)).toBeUndefined();
  });
});

describe('lifecycles', () => {
  it('of an archive go from warm to cold, and delete only on request', () => {
    expect(archiveRules({ coldAfterDays: 30 })).toMatchObject([
      { transitions: [{ days: 30, storageClass: 'GLACIER_IR' }] },
    ]);
    const [rule] = archiveRules({ coldAfterDays: 30, deepAfterDays: 365 });
    expect(rule).toMatchObject({ transitions: [{ days: 30 }, { days: 365, storageClass: 'DEEP_ARCHIVE' }] });
    expect(rule).not.toHaveProperty('expiration');
    expect(archiveRules({ coldAfterDays: 30, deleteAfterDays: 4000 })).toMatchObject([
      { expiration: { days: 4000 }, noncurrentVersionExpiration: { noncurrentDays: 1 } },
    ]);
  });

  it('of images expire untagged ones first', () => {
    const { rules } = JSON.parse(imageLifecycle({ untaggedDays: 3, keep: 20 }));
    expect(rules).toMatchObject([
      { rulePriority: 1, selection: { tagStatus: 'untagged', countNumber: 3 } },
      { rulePriority: 2, selection: { tagStatus: 'any', countNumber: 20 } },
    ]);
  });
});
