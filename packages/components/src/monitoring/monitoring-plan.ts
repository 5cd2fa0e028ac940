import { podPorts } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { plannedOnce } from '../component.ts';
import { refuse } from '../errors.ts';
import { checked, whenKnown } from '../inputs.ts';
import { checkPlace, labelsOf } from '../kubernetes/labels.ts';
import { objectName } from '../kubernetes/names.ts';
import { checkArguments } from '../schema.ts';
import { dashboard } from './dashboard.ts';
import { type McpMonitoringArgs, type MetricsOperator, monitoringSchema } from './monitoring-args.ts';
import { bundleRuleFile, type RuleFile, ruleFile } from './rules.ts';
import { readThresholds } from './thresholds.ts';

type Labels = Readonly<Record<string, Input<string>>>;

/** The plan of one gateway's monitoring. */
export interface MonitoringPlan {
  readonly operator: MetricsOperator;
  readonly namespace: Input<string>;
  /** Labels of every object. */
  readonly labels: Labels;
  /** Labels of the monitor and the rules only, by which an operator selects them. */
  readonly selectedBy: Labels;
  readonly podLabels: Labels;
  /** The name of the PodMonitor. */
  readonly monitor: string;
  readonly rules: readonly NamedRules[];
  readonly dashboard: { readonly name: string; readonly model: Input<object> };
  readonly podAnnotations: Readonly<Record<string, string>>;
}

export interface NamedRules {
  /** The end of the resource's name, after the component's name. */
  readonly suffix: string;
  /** The name of the object. */
  readonly name: string;
  readonly file: Input<RuleFile>;
}

/** @throws RunError that names the component and the wrong argument. */
export const [planMonitoring, takeMonitoringPlan] = plannedOnce(
  (who: string, args: McpMonitoringArgs): MonitoringPlan => {
    checkArguments(who, monitoringSchema, args);
    const { environment, gateway, operator } = args;
    const { namespace, owner } = checkPlace(who, args);
    const thresholds = readThresholds(who, args.thresholds);
    const series = args.series ?? defaultSeries(who, { ...args, namespace });
    const options = { environment, series, thresholds, runbooks: args.runbooks ?? 'docs/monitoring.md' };
    const digest = checkDigest(who, args.bundleDigest);
    return {
      operator,
      namespace,
      labels: labelsOf({ environment, owner, component: 'monitoring' }),
      selectedBy: args.labels ?? {},
      podLabels: gateway.podLabels,
      monitor: gateway.name,
      rules: [
        {
          suffix: 'alerts',
          name: objectName(gateway.name, 'alerts'),
          file: whenKnown(options, ruleFile),
        },
        {
          suffix: 'bundle-alert',
          name: objectName(gateway.name, 'bundle-alert'),
          file: whenKnown({ options, digest }, (known) => bundleRuleFile(known.options, known.digest)),
        },
      ],
      dashboard: {
        name: objectName(gateway.name, 'dashboard'),
        model: whenKnown({ environment, series }, dashboard),
      },
      podAnnotations: scrapeAnnotations(operator),
    };
  },
);

/** What tells one gateway's series from another's. Source: the Prometheus Operator's `job` of a PodMonitor. */
function defaultSeries(
  who: string,
  { namespace, sharesNamespace = false, operator, gateway }: McpMonitoringArgs,
): Readonly<Record<string, Input<string>>> {
  if (!sharesNamespace) return { namespace };
  if (operator === 'none') {
    refuse(
      who,
      'series',
      "is missing; in a shared namespace, give the labels that distinguish this gateway's series in your Prometheus.",
    );
  }
  return { namespace, job: whenKnown(namespace, (known) => `${known}/${gateway.name}`) };
}

function checkDigest(who: string, digest: Input<string>): Input<string> {
  return checked(digest, (known) => {
    if (/^sha256:[0-9a-f]{64}$/.test(known)) return;
    refuse(who, 'bundleDigest', `is ${JSON.stringify(known)}; it must be a bundle's digest, \`sha256:…\`.`);
  });
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
