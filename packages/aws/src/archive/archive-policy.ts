import { type Input, interpolate } from '@pulumi/pulumi';
import { type PolicyStatement, type ResourceStatement, resourcePolicy } from '../policy.ts';

/** What the policy of an archive's bucket speaks of. */
interface ArchiveFacts {
  readonly bucketArn: string;
  /** The key that everything in it is encrypted with. */
  readonly keyArn: string;
  /** The shortest retention that anybody may set. */
  readonly retentionDays: number;
}

/** The bucket's own policy as JSON. It only denies: who may do what is left is said by identities. */
export function archivePolicy(facts: ArchiveFacts): string {
  return resourcePolicy([...denyPlaintext(facts), ...denyForgetting(facts), ...denyOtherKeys(facts)]);
}

function denyPlaintext({ bucketArn }: ArchiveFacts): ResourceStatement[] {
  const everything = { Principal: '*', Action: 's3:*', Resource: [bucketArn, `${bucketArn}/*`] } as const;
  return [
    {
      Sid: 'DenyWithoutTls',
      Effect: 'Deny',
      ...everything,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'DenyOldTls',
      Effect: 'Deny',
      ...everything,
      Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
    },
  ];
}

/** Nobody deletes, overwrites, or shortens how long something stays. Lifecycle rules aren't subject to policies. */
function denyForgetting({ bucketArn, retentionDays }: ArchiveFacts): ResourceStatement[] {
  const anybody = { Effect: 'Deny', Principal: '*' } as const;
  return [
    {
      Sid: 'DenyDeletion',
      ...anybody,
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
      Resource: `${bucketArn}/*`,
    },
    { Sid: 'DenyBucketDeletion', ...anybody, Action: 's3:DeleteBucket', Resource: bucketArn },
    {
      // Uploads in parts can't carry the header when they begin, and so are denied as well.
      Sid: 'DenyOverwriting',
      ...anybody,
      Action: 's3:PutObject',
      Resource: `${bucketArn}/*`,
      Condition: { Null: { 's3:if-none-match': 'true' } },
    },
    {
      Sid: 'DenyShorterRetention',
      ...anybody,
      Action: 's3:PutObjectRetention',
      Resource: `${bucketArn}/*`,
      Condition: { NumericLessThan: { 's3:object-lock-remaining-retention-days': String(retentionDays) } },
    },
  ];
}

/** Whoever names a key or a way of encryption names this one; whoever names none gets the bucket's. */
function denyOtherKeys({ bucketArn, keyArn }: ArchiveFacts): ResourceStatement[] {
  const writing = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `${bucketArn}/*`,
  } as const;
  const prefix = 's3:x-amz-server-side-encryption';
  return [
    {
      Sid: 'DenyOtherEncryption',
      ...writing,
      Condition: { StringNotEqualsIfExists: { [prefix]: 'aws:kms' } },
    },
    {
      Sid: 'DenyOtherKeys',
      ...writing,
      Condition: { StringNotEqualsIfExists: { [`${prefix}-aws-kms-key-id`]: keyArn } },
    },
  ];
}

/** Where records go. */
interface AppendTarget {
  readonly bucketArn: Input<string>;
  readonly keyArn: Input<string>;
  /** What keys begin with, without slashes at its ends. Default: none, the whole bucket. */
  readonly prefix?: string | undefined;
}

/**
 * What the gateway needs to add segments, and no more: it can't read, list or delete what it added. The bucket's
 * policy keeps it from overwriting.
 */
export function appendOnly({ bucketArn, keyArn, prefix }: AppendTarget): PolicyStatement[] {
  const objects = prefix === undefined ? '*' : `${prefix}/*`;
  return [
    { sid: 'AppendSegments', actions: ['s3:PutObject'], resources: [interpolate`${bucketArn}/${objects}`] },
    {
      sid: 'EncryptSegments',
      actions: ['kms:GenerateDataKey'],
      resources: [keyArn],
      // With a bucket key, S3 names the bucket as the context.
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:s3:arn': bucketArn } },
    },
  ];
}
