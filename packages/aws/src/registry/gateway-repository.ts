import { ecr } from '@pulumi/aws';
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { isOfType, refuse, requireProvider } from '../component.ts';

/** What `GatewayRepository` takes. */
export interface GatewayRepositoryArgs {
  /** The repository's name in the registry: `lockstep/gateway`. */
  readonly repositoryName: string;
  /** ARN of the KMS key that encrypts images. Default: a key of ECR's own. */
  readonly kmsKeyArn?: Input<string>;
  /** Days after which an image without a tag goes. Default: 7. */
  readonly untaggedDays?: number;
  /** How many images stay, the newest: more than are ever in use at once. Default: 100. */
  readonly keep?: number;
  /** Default: none beside the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

const type = 'lockstep-aws:index:GatewayRepository';

/**
 * Where the gateway's images are pushed: tags can't be moved, every push is scanned, and what is old goes.
 *
 * @throws RunError naming the field, for a missing provider or a count that isn't one.
 * @example
 * const repository = new GatewayRepository('images', { repositoryName: 'lockstep/gateway' }, { providers: { aws } });
 * export const image = interpolate`${repository.repositoryUrl}@${digest}`;
 */
export class GatewayRepository extends ComponentResource {
  /** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/lockstep/gateway` */
  readonly repositoryUrl: Output<string>;
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

  /** Whether a value is one, also of another copy of this package. */
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
  /** Days after which an image without a tag goes: what a push left behind. */
  readonly untaggedDays: number;
  /** How many images stay, the newest. */
  readonly keep: number;
}

/** ECR's lifecycle policy as JSON. Rules are taken in this order; one image falls to one rule. */
export function imageLifecycle({ untaggedDays, keep }: ImageLifecycle): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: `Images without a tag go after ${untaggedDays} days.`,
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
