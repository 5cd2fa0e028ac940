import { podPorts } from '@lockstep/model/internal';
import { refuse } from '../errors.ts';
import { checkPlace, labelsOf } from '../kubernetes/labels.ts';
import { objectName } from '../kubernetes/names.ts';
import { dashboard } from './dashboard.ts';
import type { McpMonitoringArgs, MetricsOperator } from './monitoring-args.ts';
import { bundleRuleFile, type RuleFile, ruleFile } from './rules.ts';
import { readThresholds } from './thresholds.ts';

/** The plan of one gateway's monitoring. */
export interface MonitoringPlan {
  readonly operator: MetricsOperator;
  readonly namespace: string;
  /** Labels of every object. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of the monitor and the rules only, by which an operator selects them. */
  readonly selectedBy: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
  /** The name of the PodMonitor. */
  readonly monitor: string;
  readonly rules: readonly NamedRules[];
  readonly dashboard: { readonly name: string; readonly model: object };
  readonly podAnnotations: Readonly<Record<string, string>>;
}

export interface NamedRules {
  /** The end of the resource's name, after the component's name. */
  readonly suffix: string;
  /** The name of the object. */
  readonly name: string;
  readonly file: RuleFile;
}

const operators: readonly string[] = ['prometheus-operator', 'none'];

/** @throws RunError that names the component and the wrong argument. */
export function planMonitoring(who: string, args: McpMonitoringArgs): MonitoringPlan {
  const { environment, namespace, owner, gateway, bundleDigest, operator } = args;
  checkPlace(who, args);
  if (!operators.includes(operator)) {
    refuse(
      who,
      'operator',
      `is ${JSON.stringify(operator)}; it must be \`prometheus-operator\` or \`none\`.`,
    );
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(bundleDigest)) {
    refuse(
      who,
      'bundleDigest',
      `is ${JSON.stringify(bundleDigest)}; it must be a bundle's digest, \`sha256:…\`.`,
    );
  }
  const series = args.series ?? { namespace };
  const options = {
    environment,
    series,
    thresholds: readThresholds(who, args.thresholds),
    runbooks: args.runbooks ?? 'docs/monitoring.md',
  };
  return {
    operator,
    namespace,
    labels: labelsOf({ environment, owner, component: 'monitoring' }),
    selectedBy: args.labels ?? {},
    podLabels: gateway.podLabels,
    monitor: gateway.name,
    rules: [
      { suffix: 'alerts', name: objectName(gateway.name, 'alerts'), file: ruleFile(options) },
      {
        suffix: 'bundle-alert',
        name: objectName(gateway.name, 'bundle-alert'),
        file: bundleRuleFile(options, bundleDigest),
      },
    ],
    dashboard: {
      name: objectName(gateway.name, 'dashboard'),
      model: dashboard({ environment, series }),
    },
    podAnnotations: scrapeAnnotations(operator),
  };
}

/**
 * Annotations by which a Prometheus without an operator finds the gateway's pods. Many scrape configurations follow
 * this convention, including the Prometheus chart's. With the operator, the PodMonitor makes them unnecessary.
 */
function scrapeAnnotations(operator: MetricsOperator): Record<string, string> {
  if (operator === 'prometheus-operator') return {};
  return {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(podPorts.metrics),
    'prometheus.io/path': '/metrics',
  };
}
