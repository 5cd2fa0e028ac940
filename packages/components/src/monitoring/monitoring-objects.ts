import * as k8s from '@pulumi/kubernetes';
import type { ComponentResource, Input } from '@pulumi/pulumi';
import { mapped } from '../inputs.ts';
import type { MonitoringPlan, NamedRules } from './monitoring-plan.ts';

const operatorApi = 'monitoring.coreos.com/v1';

/** The label by which Grafana's sidecar finds dashboards. Source: the Grafana chart, `sidecar.dashboards.label`. */
const dashboardLabel = { grafana_dashboard: '1' };

/** Creates the objects of a plan. */
export function createMonitoring(parent: ComponentResource, name: string, plan: MonitoringPlan): void {
  if (plan.operator === 'prometheus-operator') {
    createMonitor(parent, name, plan);
    for (const rules of plan.rules) createRule(parent, name, plan, rules);
  } else {
    for (const rules of plan.rules) createRuleFile(parent, name, plan, rules);
  }
  const { dashboard, namespace, labels } = plan;
  new k8s.core.v1.ConfigMap(
    `${name}-dashboard`,
    {
      metadata: { name: dashboard.name, namespace, labels: { ...labels, ...dashboardLabel } },
      data: { [`${dashboard.name}.json`]: print(dashboard.model) },
    },
    { parent },
  );
}

function createMonitor(parent: ComponentResource, name: string, plan: MonitoringPlan): void {
  const { namespace, labels, selectedBy, podLabels, monitor } = plan;
  new k8s.apiextensions.CustomResource(
    `${name}-monitor`,
    {
      apiVersion: operatorApi,
      kind: 'PodMonitor',
      metadata: { name: monitor, namespace, labels: { ...labels, ...selectedBy } },
      spec: {
        selector: { matchLabels: podLabels },
        podMetricsEndpoints: [{ port: 'metrics', path: '/metrics', interval: '30s' }],
      },
    },
    { parent },
  );
}

function createRule(
  parent: ComponentResource,
  name: string,
  { namespace, labels, selectedBy }: MonitoringPlan,
  rules: NamedRules,
): void {
  new k8s.apiextensions.CustomResource(
    `${name}-${rules.suffix}`,
    {
      apiVersion: operatorApi,
      kind: 'PrometheusRule',
      metadata: { name: rules.name, namespace, labels: { ...labels, ...selectedBy } },
      spec: rules.file,
    },
    { parent },
  );
}

/** A rule file for a Prometheus that lists the mounted file in `rule_files`. It is JSON, which is valid YAML. */
function createRuleFile(
  parent: ComponentResource,
  name: string,
  { namespace, labels, selectedBy }: MonitoringPlan,
  rules: NamedRules,
): void {
  new k8s.core.v1.ConfigMap(
    `${name}-${rules.suffix}`,
    {
      metadata: { name: rules.name, namespace, labels: { ...labels, ...selectedBy } },
      data: { [`${rules.name}.rules.yaml`]: print(rules.file) },
    },
    { parent },
  );
}

function print(model: Input<object>): Input<string> {
  return mapped(model, (known) => `${JSON.stringify(known, null, 2)}\n`);
}
