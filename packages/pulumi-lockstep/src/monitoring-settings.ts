import type { Input } from '@pulumi/pulumi';

/** Whether the Prometheus Operator reads the metrics. */
export const MetricsOperator = {
  /** The operator runs: a PodMonitor and PrometheusRules. */
  PrometheusOperator: 'prometheus-operator',
  /** It doesn't: rules as files in ConfigMaps, and annotations for scraping. */
  None: 'none',
} as const;
/** Whether the Prometheus Operator reads the metrics. */
export type MetricsOperator = (typeof MetricsOperator)[keyof typeof MetricsOperator];

/** How an environment's gateway is monitored. */
export interface MonitoringSettings {
  /** Whether the Prometheus Operator runs in this cluster. */
  readonly operator: MetricsOperator;
  /** When alerts fire. Default: the default of each threshold. */
  readonly thresholds?: Thresholds;
  /** More labels for the monitor and the rules, if the operator selects by them. Default: none. */
  readonly labels?: Record<string, Input<string>>;
  /**
   * The labels that distinguish this gateway's series in a shared Prometheus. Default: `namespace`, and in a shared
   * namespace also the `job` that the Prometheus Operator sets.
   */
  readonly series?: Record<string, Input<string>>;
  /** Where the monitoring guide is published; alerts link into it. Default: its path in the repository. */
  readonly runbooks?: Input<string>;
}

/** When alerts fire. */
export interface Thresholds {
  /** Seconds that the 99th percentile of a tool's calls may take. Default: 5. */
  readonly latencySeconds?: number;
  /** The fraction of a tool's calls that may fail, including tool errors. Default: 0.25. */
  readonly failureRatio?: number;
  /** Minutes that a server may be down. Default: 5. */
  readonly serverDownMinutes?: number;
  /** Minutes for which approvals may be waiting without a break. Default: 30. */
  readonly approvalMinutes?: number;
  /** Refused calls of one write or destructive tool in ten minutes. Default: 20. */
  readonly refusedWrites?: number;
  /** Refused sign-ins in ten minutes. Default: 50. */
  readonly refusedSignIns?: number;
  /** Seconds that an audit record may wait for the disk. Default: 5. */
  readonly auditLagSeconds?: number;
  /** Minutes that a new bundle may take to be in force; the kubelet needs up to two. Default: 10. */
  readonly bundleMinutes?: number;
  /** Seconds since a server's secrets were last read; they are used for at most an hour. Default: 600. */
  readonly secretAgeSeconds?: number;
}
