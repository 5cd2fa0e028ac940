import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import type { McpMonitoringArgs } from './monitoring-args.ts';
import { createMonitoring } from './monitoring-objects.ts';
import { planMonitoring } from './monitoring-plan.ts';

const type = 'lockstep:index:McpMonitoring';

/**
 * Scrapes the gateway, alerts on what it measures, and shows it: a PodMonitor and PrometheusRules, or ConfigMaps where
 * no operator runs, and a Grafana dashboard.
 *
 * @throws RunError naming the component and the argument that is wrong, or the provider that is missing.
 * @example
 * new McpMonitoring('prod', {
 *   environment: 'prod', namespace: 'mcp-prod', owner: 'platform',
 *   gateway: { name: gatewayObject, podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   bundleDigest: bundle.digest,
 *   operator: 'prometheus-operator',
 * }, { providers: { kubernetes: cluster } });
 */
export class McpMonitoring extends ComponentResource {
  /** For the gateway's pods: what makes a Prometheus without the operator scrape them; with it, nothing. */
  readonly podAnnotations: Readonly<Record<string, string>>;

  constructor(name: string, args: McpMonitoringArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `McpMonitoring ${name}`;
    const plan = planMonitoring(who, args);
    requireProvider(this, who, 'kubernetes');
    createMonitoring(this, name, plan);
    this.podAnnotations = plan.podAnnotations;
    this.registerOutputs({ podAnnotations: this.podAnnotations });
  }

  /** Whether a value is one, also of another copy of this package. */
  static override isInstance(value: unknown): value is McpMonitoring {
    return isOfType(value, type);
  }
}
