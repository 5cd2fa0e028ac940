import { ecr } from '@pulumi/aws';
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { isOfType, refuse, requireProvider } from '../component.ts';

/**
 * The arguments of `GatewayRepository`.
 *
 * @example
 * const args: GatewayRepositoryArgs = {
 *   repositoryName: 'lockstep/gateway',
 *   kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
 *   untaggedDays: 14,
 *   keep: 50,
 *   tags: { team: 'platform' },
 * };
 */
export interface GatewayRepositoryArgs {
  /** The repository's name in the registry: `lockstep/gateway`. */
  readonly repositoryName: string;
  /** ARN of the KMS key that encrypts images. Default: ECR's own key. */
  readonly kmsKeyArn?: Input<string>;
  /** Days after which an untagged image expires. Default: 7. */
  readonly untaggedDays?: number;
  /** How many of the newest images stay; choose more than are ever in use at once. Default: 100. */
  readonly keep?: number;
  /** Tags. Default: only the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

const type = 'lockstep-aws:index:GatewayRepository';

/**
 * A repository for the gateway's images: tags can't be moved, every push is scanned, and old images expire.
 *
 * @throws RunError that names the field, for a missing provider or an invalid count.
 * @example
 * const repository = new GatewayRepository('images', { repositoryName: 'lockstep/gateway' }, { providers: { aws } });
 * export const image = repository.repositoryUrl.apply((url) => `${url}@${digest}`);
 */
export class GatewayRepository extends ComponentResource {
  /** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/lockstep/gateway` */
  readonly repositoryUrl: Output<string>;
  /** The repository's ARN. */
  readonly arn: Output<string>;

  constructor(name: string, args: GatewayRepositoryArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `GatewayRepository ${name}`;
    requireProvider(this, who);
    const { repositoryName, kmsKeyArn, untaggedDays = 7, keep = 100, tags } = args;
    requireCount(who, 'untaggedDays', untaggedDays);
    requireCount(who, 'keep', keep);

    const repository = new ecr.Repository(
      `${name}-repository`,
      {
        name: repositoryName,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [
          kmsKeyArn === undefined
            ? { encryptionType: 'AES256' }
            : { encryptionType: 'KMS', kmsKey: kmsKeyArn },
        ],
        ...(tags && { tags }),
      },
      { parent: this },
    );
    new ecr.LifecyclePolicy(
      `${name}-lifecycle`,
      { repository: repository.name, policy: imageLifecycle({ untaggedDays, keep }) },
      { parent: this },
    );

    this.repositoryUrl = repository.repositoryUrl;
    this.arn = repository.arn;
    this.registerOutputs({ repositoryUrl: this.repositoryUrl, arn: this.arn });
  }

  /** Whether a value is a `GatewayRepository`, even from another copy of this package. */
  static override isInstance(value: unknown): value is GatewayRepository {
    return isOfType(value, type);
  }
}

function requireCount(who: string, field: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  refuse(who, field, `is ${value}; give a whole number above 0.`);
}

/** How long images stay in a repository. */
interface ImageLifecycle {
  /** Days after which an untagged image expires. */
  readonly untaggedDays: number;
  /** How many of the newest images stay. */
  readonly keep: number;
}

/** ECR's lifecycle policy as JSON. Rules apply in this order, and each image matches one rule. */
export function imageLifecycle({ untaggedDays, keep }: ImageLifecycle): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: `Untagged images expire after ${untaggedDays} days.`,
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: untaggedDays,
        },
        action: { type: 'expire' },
      },
      {
        rulePriority: 2,
        description: `The newest ${keep} images stay.`,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keep },
        action: { type: 'expire' },
      },
    ],
  });
}
