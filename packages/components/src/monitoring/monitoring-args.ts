import type { Thresholds } from './thresholds.ts';

/**
 * How an environment's gateway is monitored.
 *
 * @example
 * const monitoring: MonitoringSettings = {
 *   operator: 'prometheus-operator',
 *   thresholds: { approvalMinutes: 60 },
 *   labels: { release: 'kube-prometheus-stack' },
 *   series: { namespace: 'mcp-prod', cluster: 'eu-1' },
 *   runbooks: 'https://docs.example.com/monitoring',
 * };
 */
export interface MonitoringSettings {
  /**
   * Whether the Prometheus Operator runs in this cluster. `prometheus-operator` creates a PodMonitor and
   * PrometheusRules. `none` puts rules as files into ConfigMaps, and adds the annotations that many Prometheus set-ups
   * look for.
   */
  readonly operator: MetricsOperator;
  /** When alerts fire. Default: the default of each threshold. */
  readonly thresholds?: Partial<Thresholds>;
  /**
   * More labels for the monitor and the rules, if the operator selects by them: `{ release: 'kube-prometheus-stack'
   * }`. Default: none.
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** The labels that distinguish this gateway's series in a shared Prometheus. Default: `namespace`. */
  readonly series?: Readonly<Record<string, string>>;
  /** Where `docs/monitoring.md` is published; alerts link into it. Default: that path. */
  readonly runbooks?: string;
}

/**
 * Whether the Prometheus Operator reads the metrics.
 *
 * @example
 * const operator: MetricsOperator = 'prometheus-operator';
 */
export type MetricsOperator = 'prometheus-operator' | 'none';

/**
 * The arguments of `McpMonitoring`.
 *
 * @example
 * const args: McpMonitoringArgs = {
 *   environment: 'prod',
 *   namespace: 'mcp-prod',
 *   owner: 'platform',
 *   gateway: { name: gatewayObject, podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   bundleDigest: gateway.bundleDigest,
 *   operator: 'none',
 * };
 */
export interface McpMonitoringArgs extends MonitoringSettings {
  /** The environment's name. */
  readonly environment: string;
  /** Where its objects go: the namespace of the gateway. */
  readonly namespace: string;
  /** The team that is responsible for it, as a label. */
  readonly owner: string;
  /** The gateway to monitor. */
  readonly gateway: WatchedGateway;
  /** The bundle that should be in force, `sha256:…`. */
  readonly bundleDigest: string;
}

/**
 * The gateway's pods; the port `metrics` of their container is scraped.
 *
 * @example
 * const watched: WatchedGateway = {
 *   name: gatewayObject,
 *   podLabels: selectorOf({ environment: 'prod', component: 'gateway' }),
 * };
 */
export interface WatchedGateway {
  /** The start of the objects' names. */
  readonly name: string;
  /** The labels that select its pods. */
  readonly podLabels: Readonly<Record<string, string>>;
}
