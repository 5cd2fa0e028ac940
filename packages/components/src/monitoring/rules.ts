import { type Alert, alerts, bundleAlert } from './alerts.ts';
import { seriesOf } from './series.ts';
import type { Thresholds } from './thresholds.ts';

/** A Prometheus rule file, which is also the `spec` of a PrometheusRule. */
export interface RuleFile {
  readonly groups: readonly RuleGroup[];
}

interface RuleGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The inputs of rules. */
export interface RuleOptions {
  readonly environment: string;
  /** The labels that distinguish this gateway's series from others. */
  readonly series: Readonly<Record<string, string>>;
  readonly thresholds: Thresholds;
  readonly runbooks: string;
}

/** All rules that don't depend on the bundle. */
export function ruleFile(options: RuleOptions): RuleFile {
  return fileOf('lockstep', alerts(seriesOf(options.series), options.thresholds), options);
}

/** The only rule with the bundle's digest: a permission change touches no other file. */
export function bundleRuleFile(options: RuleOptions, digest: string): RuleFile {
  const alert = bundleAlert(seriesOf(options.series), options.thresholds, digest);
  return fileOf('lockstep-bundle', [alert], options);
}

function fileOf(name: string, of: readonly Alert[], options: RuleOptions): RuleFile {
  return {
    groups: [{ name: `${name}-${options.environment}`, rules: of.map((alert) => ruleOf(alert, options)) }],
  };
}

function ruleOf(alert: Alert, { environment, runbooks }: RuleOptions): AlertRule {
  const { name, severity, expr, minutes, summary, description, toolLabel } = alert;
  return {
    alert: name,
    expr,
    for: `${minutes}m`,
    labels: {
      severity,
      environment,
      ...(toolLabel !== undefined && { tool: `{{ $labels.${toolLabel} }}` }),
    },
    annotations: {
      summary: `${environment}: ${summary}`,
      description,
      runbook_url: `${runbooks}#${name.toLowerCase()}`,
    },
  };
}
