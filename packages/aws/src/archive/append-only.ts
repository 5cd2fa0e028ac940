import { type Input, interpolate } from '@pulumi/pulumi';
import type { PolicyStatement } from '../policy/statement.ts';

/** Where records go. */
export interface AppendTarget {
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
