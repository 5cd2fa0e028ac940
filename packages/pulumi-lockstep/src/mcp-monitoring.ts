import * as components from '@lockstep/components';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import type { ComponentClass } from './component-class.ts';
import type { MonitoringSettings } from './monitoring-settings.ts';
import { readBundle } from './read-bundle.ts';

/** The arguments of `McpMonitoring`. */
export interface McpMonitoringArgs extends MonitoringSettings {
  /** What `lockstep bundle` wrote: the path of the file, from the program's folder, or its text. */
  readonly bundle: string;
  /** Where its objects go: the namespace of the gateway. */
  readonly namespace: Input<string>;
  /**
   * Whether the namespace has other environments too. Names of objects then contain the environment's name and a hash.
   * To change it replaces every object. Default: false.
   */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
}

const Monitoring = components.McpMonitoring as unknown as ComponentClass<components.McpMonitoringArgs>;

/** Monitors the gateway: a PodMonitor and PrometheusRules, or ConfigMaps if no operator runs, and a Grafana dashboard. */
export class McpMonitoring extends Monitoring {
  /** Annotations that make a Prometheus without the operator scrape the gateway's pods; empty with the operator. */
  declare readonly podAnnotations: Output<Record<string, string>>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
  constructor(name: string, args: McpMonitoringArgs, opts?: ComponentResourceOptions) {
    const { bundle, ...rest } = args;
    const { name: environment, bundle: made } = readBundle(`McpMonitoring ${name}`, bundle);
    const podLabels = components.selectorOf({ environment, component: 'gateway' });
    const gateway = {
      name: components.gatewayObject({ environment, sharesNamespace: args.sharesNamespace ?? false }),
      podLabels,
    };
    super(
      name,
      { ...rest, environment, gateway, bundleDigest: made.digest } as components.McpMonitoringArgs,
      opts,
    );
  }
}
