import type { Thresholds } from './thresholds.ts';

/** How an environment's gateway is watched. */
export interface MonitoringSettings {
  /**
   * Whether the Prometheus Operator runs in this cluster. `prometheus-operator`: a PodMonitor and PrometheusRules.
   * `none`: rules as files in ConfigMaps, and annotations that many Prometheus set-ups look for.
   */
  readonly operator: MetricsOperator;
  /** When alerts fire. Default: as each of them says. */
  readonly thresholds?: Partial<Thresholds>;
  /** More labels for monitor and rules, where an operator selects by them: `{ release: 'kube-prometheus-stack' }`. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The labels that tell this gateway's series from others' in a shared Prometheus. Default: `namespace`. */
  readonly series?: Readonly<Record<string, string>>;
  /** Where `docs/monitoring.md` is published; alerts link into it. Default: that path. */
  readonly runbooks?: string;
}

/** What reads the metrics: the Prometheus Operator's objects, or `none` of them. */
export type MetricsOperator = 'prometheus-operator' | 'none';

/** The monitoring of one environment. */
export interface McpMonitoringArgs extends MonitoringSettings {
  /** The environment's name. */
  readonly environment: string;
  readonly namespace: string;
  /** The team that answers for it, as a label. */
  readonly owner: string;
  /** Whose metrics they are. */
  readonly gateway: WatchedGateway;
  /** The bundle that should be in force, `sha256:…`. */
  readonly bundleDigest: string;
}

/** The gateway's pods; their container's port `metrics` is scraped. */
export interface WatchedGateway {
  /** What objects' names start with. */
  readonly name: string;
  readonly podLabels: Readonly<Record<string, string>>;
}
