import { type Input, interpolate } from '@pulumi/pulumi';
import { type PolicyStatement, type ResourceStatement, resourcePolicy } from '../policy.ts';

/** The inputs of the policy of an archive's bucket. */
interface ArchiveFacts {
  readonly bucketArn: string;
  /** The key that encrypts everything in the bucket. */
  readonly keyArn: string;
  /** The shortest retention that anybody may set. */
  readonly retentionDays: number;
}

/** The bucket's own policy as JSON. It only denies; the policies of identities grant the rest. */
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

/** Nobody may delete or overwrite anything, or shorten its retention. Lifecycle rules aren't subject to policies. */
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
      // This also denies multipart uploads, because their first request can't carry the header.
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

/** A request that names a key or an encryption must name this one; other requests get the bucket's. */
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

/** Where segments go. */
interface AppendTarget {
  readonly bucketArn: Input<string>;
  readonly keyArn: Input<string>;
  /** The prefix of keys, without slashes at its ends. Default: none, for the whole bucket. */
  readonly prefix?: string | undefined;
}

/**
 * Exactly what the gateway needs to add segments. It can't read, list or delete them, and the bucket's policy prevents
 * it from overwriting them.
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
