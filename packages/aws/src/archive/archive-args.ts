import type { Input } from '@pulumi/pulumi';
import { refuse } from '../component.ts';
import type { ArchiveLifecycle } from './archive-lifecycle.ts';

/**
 * How long records can't be deleted. There is no default, because it can't be undone.
 *
 * @example
 * const retention: Retention = { mode: 'COMPLIANCE', days: 400 };
 */
export interface Retention {
  /**
   * `COMPLIANCE`: nobody can shorten it, not even the account's root user. `GOVERNANCE`: those who may bypass it
   * could, but the bucket's policy denies that to everybody until somebody changes the policy.
   */
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** Days from the time when a segment was added. */
  readonly days: number;
}

/**
 * The arguments of `AuditArchive`.
 *
 * @example
 * const args: AuditArchiveArgs = {
 *   bucketName: 'acme-mcp-audit',
 *   retention: { mode: 'COMPLIANCE', days: 400 },
 *   prefix: 'clusters/eu-1',
 *   lifecycle: { coldAfterDays: 30 },
 *   protect: false,
 *   tags: { team: 'platform' },
 * };
 */
export interface AuditArchiveArgs {
  /**
   * The bucket's name, which must be globally unique. It is a plain string because the gateway's configuration is
   * never made of outputs, so that a preview shows all of it.
   */
  readonly bucketName: string;
  /** How long no record can be deleted. */
  readonly retention: Retention;
  /** The prefix of keys, as in the gateway's `archive.prefix`. Default: none. */
  readonly prefix?: string;
  /**
   * When segments move to colder storage. Default: to Glacier Instant Retrieval after 90 days, never to Deep Archive,
   * never deleted.
   */
  readonly lifecycle?: Partial<ArchiveLifecycle>;
  /** Whether Pulumi refuses to delete it. Turn it off for short-lived environments. Default: true. */
  readonly protect?: boolean;
  /** Tags. Default: only the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/** S3's own limit, about 100 years. */
const maxRetentionDays = 36_500;

/**
 * Refuses arguments that S3 would refuse only after creating half of the resources.
 *
 * @returns the lifecycle, with its defaults.
 * @throws RunError that names the field.
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
    refuse(who, 'retention.mode', `is ${JSON.stringify(retention.mode)}; use GOVERNANCE or COMPLIANCE.`);
  }
  requireDays(who, 'retention.days', retention.days, 1);
  if (prefix !== undefined && !/^[\w.-]+(\/[\w.-]+)*$/.test(prefix)) {
    refuse(who, 'prefix', `is ${JSON.stringify(prefix)}; use words with single slashes between them.`);
  }
  requireDays(who, 'lifecycle.coldAfterDays', coldAfterDays, 1);
  // Objects stay in Glacier Instant Retrieval for at least 90 days before they may move on.
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
