import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import type { McpMonitoringArgs } from './monitoring-args.ts';
import { createMonitoring } from './monitoring-objects.ts';
import { takeMonitoringPlan } from './monitoring-plan.ts';

const type = 'lockstep:index:McpMonitoring';

/**
 * Monitors the gateway: a PodMonitor and PrometheusRules, or ConfigMaps if no operator runs, and a Grafana dashboard.
 *
 * @throws RunError that names the component and the wrong argument or the missing provider.
 * @example
 * new McpMonitoring('prod', {
 *   environment: 'prod', namespace: 'mcp-prod', owner: 'platform',
 *   gateway: { name: gatewayObject(), podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   bundleDigest: gateway.bundleDigest,
 *   operator: 'prometheus-operator',
 * }, { providers: { kubernetes: cluster } });
 */
export class McpMonitoring extends ComponentResource {
  /** Annotations that make a Prometheus without the operator scrape the gateway's pods; empty with the operator. */
  readonly podAnnotations: Readonly<Record<string, string>>;

  constructor(name: string, args: McpMonitoringArgs, opts?: ComponentResourceOptions) {
    const who = `McpMonitoring ${name}`;
    const plan = takeMonitoringPlan(who, args);
    requireProvider(opts, who, 'kubernetes');
    super(type, name, {}, opts);
    createMonitoring(this, name, plan);
    this.podAnnotations = plan.podAnnotations;
    this.registerOutputs({ podAnnotations: this.podAnnotations });
  }

  /** Whether a value is an `McpMonitoring`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpMonitoring {
    return isOfType(value, type);
  }
}
