import { kms, s3 } from '@pulumi/aws';
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Output,
} from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import type { PolicyStatement } from '../policy.ts';
import { type AuditArchiveArgs, checkArchive } from './archive-args.ts';
import { archiveRules } from './archive-lifecycle.ts';
import { appendOnly, archivePolicy } from './archive-policy.ts';

const type = 'lockstep-aws:index:AuditArchive';

/**
 * A bucket that keeps audit records: until their retention ends, nobody can change or delete them. The gateway adds
 * them, under an identity with {@link AuditArchive.appendStatements}. All of it outlives the stack.
 *
 * @throws RunError that names the field, for a missing provider or an argument that S3 would refuse.
 * @example
 * const audit = new AuditArchive(
 *   'audit',
 *   { bucketName: 'acme-mcp-audit', retention: { mode: 'COMPLIANCE', days: 400 } },
 *   { providers: { aws } },
 * );
 */
export class AuditArchive extends ComponentResource {
  /** The bucket's name. */
  readonly bucketName: Output<string>;
  /** The bucket's ARN. */
  readonly bucketArn: Output<string>;
  /** ARN of the key that encrypts everything in it. */
  readonly keyArn: Output<string>;
  /** For `WorkloadIdentity`: statements that let the gateway add segments, and nothing else. */
  readonly appendStatements: readonly PolicyStatement[];

  constructor(name: string, args: AuditArchiveArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `AuditArchive ${name}`;
    requireProvider(this, who);
    const lifecycle = checkArchive(who, args);
    const { bucketName, retention, prefix, protect = true } = args;
    const kept = { parent: this, protect, retainOnDelete: true };
    const tags = args.tags && { tags: args.tags };

    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Audit records in ${bucketName}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        ...tags,
      },
      kept,
    );
    const bucket = new s3.Bucket(
      `${name}-bucket`,
      { bucket: bucketName, objectLockEnabled: true, forceDestroy: false, ...tags },
      kept,
    );
    const of = { bucket: bucket.bucket };
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { ...of, versioningConfiguration: { status: 'Enabled' } },
      kept,
    );
    const versioned: CustomResourceOptions = { ...kept, dependsOn: versioning };
    new s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      { ...of, rule: { defaultRetention: { mode: retention.mode, days: retention.days } } },
      versioned,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { ...of, rules: archiveRules(lifecycle) },
      versioned,
    );
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        ...of,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn },
            bucketKeyEnabled: true,
          },
        ],
      },
      kept,
    );
    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { ...of, rule: { objectOwnership: 'BucketOwnerEnforced' } },
      kept,
    );
    const closed = new s3.BucketPublicAccessBlock(
      `${name}-private`,
      {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      kept,
    );
    const facts = all([bucket.arn, key.arn]);
    new s3.BucketPolicy(
      `${name}-policy`,
      {
        ...of,
        policy: facts.apply(([bucketArn, keyArn]) =>
          archivePolicy({ bucketArn, keyArn, retentionDays: retention.days }),
        ),
      },
      // S3 refuses two concurrent changes of a bucket's access.
      { ...kept, dependsOn: closed },
    );

    this.bucketName = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.appendStatements = appendOnly({ bucketArn: bucket.arn, keyArn: key.arn, prefix });
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn, keyArn: this.keyArn });
  }

  /** Whether a value is an `AuditArchive`, even from another copy of this package. */
  static override isInstance(value: unknown): value is AuditArchive {
    return isOfType(value, type);
  }
}
