import type { Input } from '@pulumi/pulumi';
import { refuse } from '../component.ts';
import type { ArchiveLifecycle } from './archive-lifecycle.ts';

/** How long no record can be deleted. There is no default: it can't be taken back. */
export interface Retention {
  /**
   * `COMPLIANCE`: nobody shortens it, not even the account's root. `GOVERNANCE`: somebody could who may bypass it,
   * which the bucket's policy denies to everybody until it is changed.
   */
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** From when a segment was added. */
  readonly days: number;
}

/** What `AuditArchive` takes. */
export interface AuditArchiveArgs {
  /**
   * The bucket's name, unique in the world. Plain text, since the gateway's configuration is never made of outputs: a
   * preview shows it whole.
   */
  readonly bucketName: string;
  readonly retention: Retention;
  /** What keys begin with, as in the gateway's `archive.prefix`. Default: none. */
  readonly prefix?: string;
  /** Default: Glacier Instant Retrieval after 90 days, nothing colder, nothing deleted. */
  readonly lifecycle?: Partial<ArchiveLifecycle>;
  /** Whether Pulumi refuses to delete it; off for environments that come and go. Default: true. */
  readonly protect?: boolean;
  /** Default: none beside the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/** Some 100 years: S3's own limit. */
const maxRetentionDays = 36_500;

/**
 * Holds arguments to what S3 would refuse only after half of it has been made.
 *
 * @returns the lifecycle, whole.
 * @throws RunError naming the field.
 */
export function checkArchive(who: string, args: AuditArchiveArgs): ArchiveLifecycle {
  const { bucketName, retention, prefix } = args;
  const lifecycle = { coldAfterDays: 90, ...args.lifecycle };
  const { coldAfterDays, deepAfterDays, deleteAfterDays } = lifecycle;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucketName)) {
    refuse(
      who,
      'bucketName',
      `is ${JSON.stringify(bucketName)}; use 3 to 63 lower-case letters, digits, - and .`,
    );
  }
  if (!['GOVERNANCE', 'COMPLIANCE'].includes(retention.mode)) {
    refuse(who, 'retention.mode', `is ${JSON.stringify(retention.mode)}; say GOVERNANCE or COMPLIANCE.`);
  }
  requireDays(who, 'retention.days', retention.days, 1);
  if (prefix !== undefined && !/^[\w.-]+(\/[\w.-]+)*$/.test(prefix)) {
    refuse(who, 'prefix', `is ${JSON.stringify(prefix)}; use words with single slashes between them.`);
  }
  requireDays(who, 'lifecycle.coldAfterDays', coldAfterDays, 1);
  // Objects stay in Glacier Instant Retrieval for 90 days at least before they may move on.
  if (deepAfterDays !== undefined)
    requireDays(who, 'lifecycle.deepAfterDays', deepAfterDays, coldAfterDays + 90);
  if (deleteAfterDays !== undefined) {
    const latest = Math.max(retention.days, deepAfterDays ?? coldAfterDays);
    requireDays(who, 'lifecycle.deleteAfterDays', deleteAfterDays, latest + 1);
  }
  return lifecycle;
}

function requireDays(who: string, field: string, days: number, least: number): void {
  if (Number.isInteger(days) && days >= least && days <= maxRetentionDays) return;
  refuse(who, field, `is ${days}; give a whole number of days from ${least} to ${maxRetentionDays}.`);
}
