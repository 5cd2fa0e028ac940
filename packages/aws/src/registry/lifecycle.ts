/** How long images stay in a repository. */
export interface ImageLifecycle {
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
