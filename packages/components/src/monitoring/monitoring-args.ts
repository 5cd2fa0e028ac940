import type { Input } from '@pulumi/pulumi';
import { z } from 'zod';
import { fields, oneOf, plain, plainText, text, textMap, toggle } from '../schema.ts';
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
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /**
   * The labels that distinguish this gateway's series in a shared Prometheus. Default: `namespace`, and in a shared
   * namespace also the `job` that the Prometheus Operator sets.
   */
  readonly series?: Readonly<Record<string, Input<string>>>;
  /** Where `docs/monitoring.md` is published; alerts link into it. Default: that path. */
  readonly runbooks?: Input<string>;
}

const operators = ['prometheus-operator', 'none'] as const;
/**
 * Whether the Prometheus Operator reads the metrics.
 *
 * @example
 * const operator: MetricsOperator = 'prometheus-operator';
 */
export type MetricsOperator = (typeof operators)[number];

/**
 * The arguments of `McpMonitoring`.
 *
 * @example
 * const args: McpMonitoringArgs = {
 *   environment: 'prod',
 *   namespace: 'mcp-prod',
 *   sharesNamespace: false,
 *   owner: 'platform',
 *   gateway: { name: gatewayObject(), podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   bundleDigest: gateway.bundleDigest,
 *   operator: 'none',
 * };
 */
export interface McpMonitoringArgs extends MonitoringSettings {
  /** The environment's name. */
  readonly environment: string;
  /** Where its objects go: the namespace of the gateway. */
  readonly namespace: Input<string>;
  /** Whether the namespace has other environments too; see {@link Naming}. Default: false. */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /** The gateway to monitor. */
  readonly gateway: WatchedGateway;
  /** The bundle that should be in force, `sha256:…`. */
  readonly bundleDigest: Input<string>;
}

/**
 * The gateway's pods; the port `metrics` of their container is scraped.
 *
 * @example
 * const watched: WatchedGateway = {
 *   name: gatewayObject(),
 *   podLabels: selectorOf({ environment: 'prod', component: 'gateway' }),
 * };
 */
export interface WatchedGateway {
  /** The start of the objects' names. */
  readonly name: string;
  /** The labels that select its pods. */
  readonly podLabels: Readonly<Record<string, string>>;
}

const monitoringFields = {
  operator: oneOf(...operators),
  thresholds: plain(z.record(z.string(), z.number())).optional(),
  labels: textMap.optional(),
  series: textMap.optional(),
  runbooks: text.optional(),
};

export const monitoringSettingsSchema = fields<MonitoringSettings>(monitoringFields);

export const monitoringSchema = fields<McpMonitoringArgs>({
  ...monitoringFields,
  environment: plainText,
  namespace: text,
  sharesNamespace: toggle.optional(),
  owner: text,
  gateway: fields<WatchedGateway>({ name: plainText, podLabels: textMap }),
  bundleDigest: text,
});
