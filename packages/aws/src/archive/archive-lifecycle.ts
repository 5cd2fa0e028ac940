import type { types } from '@pulumi/aws';

type Rule = types.input.s3.BucketLifecycleConfigurationRule;

/**
 * When segments move to colder storage, in days since they were added.
 *
 * @example
 * const lifecycle: ArchiveLifecycle = { coldAfterDays: 30, deepAfterDays: 365, deleteAfterDays: 2555 };
 */
export interface ArchiveLifecycle {
  /** Days until they move to Glacier Instant Retrieval, where they can be read at once. */
  readonly coldAfterDays: number;
  /** Days until they move to Deep Archive, where reading them takes hours; undefined for never. Default: never. */
  readonly deepAfterDays?: number | undefined;
  /** Days until they are deleted, after their retention; undefined for never. Default: never. */
  readonly deleteAfterDays?: number | undefined;
}

/** The bucket's lifecycle rules. */
export function archiveRules({ coldAfterDays, deepAfterDays, deleteAfterDays }: ArchiveLifecycle): Rule[] {
  const transitions = [{ days: coldAfterDays, storageClass: 'GLACIER_IR' }];
  if (deepAfterDays !== undefined) transitions.push({ days: deepAfterDays, storageClass: 'DEEP_ARCHIVE' });
  return [
    {
      id: 'colder',
      status: 'Enabled',
      filter: { prefix: '' },
      transitions,
      ...(deleteAfterDays !== undefined && { expiration: { days: deleteAfterDays } }),
      // Versions that an expiration leaves behind; nothing is overwritten.
      ...(deleteAfterDays !== undefined && { noncurrentVersionExpiration: { noncurrentDays: 1 } }),
    },
  ];
}
