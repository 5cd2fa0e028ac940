import { refuse } from '../errors.ts';

/**
 * When alerts fire.
 *
 * @example
 * const thresholds: Thresholds = {
 *   latencySeconds: 10,
 *   failureRatio: 0.1,
 *   serverDownMinutes: 2,
 *   approvalMinutes: 60,
 *   refusedWrites: 50,
 *   refusedSignIns: 100,
 *   auditLagSeconds: 2,
 *   bundleMinutes: 5,
 *   secretAgeSeconds: 900,
 * };
 */
export interface Thresholds {
  /** Seconds that the 99th percentile of a tool's calls may take. Default: 5. */
  readonly latencySeconds: number;
  /** The fraction of a tool's calls that may fail, including tool errors. Default: 0.25. */
  readonly failureRatio: number;
  /** Minutes that a server may be down. Default: 5. */
  readonly serverDownMinutes: number;
  /** Minutes for which approvals may be waiting without a break. Default: 30. */
  readonly approvalMinutes: number;
  /** Refused calls of one write or destructive tool in ten minutes. Default: 20. */
  readonly refusedWrites: number;
  /** Refused sign-ins in ten minutes. Default: 50. */
  readonly refusedSignIns: number;
  /** Seconds that an audit record may wait for the disk. Default: 5. */
  readonly auditLagSeconds: number;
  /** Minutes that a new bundle may take to be in force; the kubelet needs up to two. Default: 10. */
  readonly bundleMinutes: number;
  /** Seconds since a server's secrets were last read; they are used for at most an hour. Default: 600. */
  readonly secretAgeSeconds: number;
}

/** The default thresholds. */
export const defaultThresholds: Thresholds = {
  latencySeconds: 5,
  failureRatio: 0.25,
  serverDownMinutes: 5,
  approvalMinutes: 30,
  refusedWrites: 20,
  refusedSignIns: 50,
  auditLagSeconds: 5,
  bundleMinutes: 10,
  secretAgeSeconds: 600,
};

/**
 * Fills in the default thresholds.
 *
 * @throws RunError that names one that isn't a positive number.
 */
export function readThresholds(who: string, given: Partial<Thresholds> = {}): Thresholds {
  const whole = { ...defaultThresholds, ...given };
  for (const [name, value] of Object.entries(whole)) {
    if (Number.isFinite(value) && value > 0) continue;
    refuse(who, `thresholds.${name}`, `is ${value}; it must be a number above 0.`);
  }
  return whole;
}
