import type { types } from '@pulumi/aws';

type Rule = types.input.s3.BucketLifecycleConfigurationRule;

/** When segments get colder. Days since they were added. */
export interface ArchiveLifecycle {
  /** Until they move to Glacier Instant Retrieval, from where an audit reads them at once. */
  readonly coldAfterDays: number;
  /** Until they move to Deep Archive, from where it takes hours; undefined for never. */
  readonly deepAfterDays?: number | undefined;
  /** Until they are deleted, behind their retention; undefined for never. */
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
      // What an expiration leaves behind; nothing is overwritten.
      ...(deleteAfterDays !== undefined && { noncurrentVersionExpiration: { noncurrentDays: 1 } }),
    },
  ];
}
