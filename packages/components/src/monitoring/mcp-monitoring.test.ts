import * as k8s from '@pulumi/kubernetes';
import { describe, expect, it } from 'vitest';
import { gatewayObject } from '../kubernetes/names.ts';
import { type Registered, record } from '../recording.fixture.ts';
import { McpMonitoring } from './mcp-monitoring.ts';
import type { McpMonitoringArgs } from './monitoring-args.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function argsFor(more: Partial<McpMonitoringArgs> = {}): McpMonitoringArgs {
  return {
    environment: 'prod',
    namespace: 'mcp-prod',
    owner: 'platform',
    gateway: { name: gatewayObject(), podLabels: { 'app.kubernetes.io/instance': 'prod' } },
    bundleDigest: digest('a'),
    operator: 'prometheus-operator',
    ...more,
  };
}

async function make(
  args: McpMonitoringArgs,
): Promise<{ all: Registered[]; made: McpMonitoring | undefined }> {
  let made: McpMonitoring | undefined;
  const all = await record(() => {
    made = new McpMonitoring('prod', args, { providers: { kubernetes: new k8s.Provider('cluster', {}) } });
  });
  return { all: all.filter(({ type }) => type !== 'lockstep:index:McpMonitoring'), made };
}

function shown(all: readonly Registered[]): string[] {
  return all.map(({ type, inputs }) => `${type.split(':').at(-1)} ${inputs.metadata.name}`);
}

describe('with the Prometheus Operator', () => {
  it('creates its objects, and a dashboard that Grafana finds', async () => {
    const { all, made } = await make(argsFor({ labels: { release: 'prometheus' } }));
    expect(shown(all)).toEqual([
      'ConfigMap lockstep-gateway-dashboard',
      'PodMonitor lockstep-gateway',
      'PrometheusRule lockstep-gateway-alerts',
      'PrometheusRule lockstep-gateway-bundle-alert',
    ]);
    for (const { type, provider, parent, inputs } of all) {
      expect(provider).toBe('cluster');
      expect(parent).toMatch(/McpMonitoring::prod$/);
      expect(inputs.metadata).toMatchObject({
        namespace: 'mcp-prod',
        labels: { 'lockstep.dev/owner': 'platform', 'lockstep.dev/environment': 'prod' },
      });
      const selected = type.includes('monitoring.coreos.com') ? 'prometheus' : undefined;
      expect(inputs.metadata.labels.release, type).toBe(selected);
    }
    expect(all[0]?.inputs.metadata.labels.grafana_dashboard).toBe('1');
    expect(all[1]?.inputs.spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/instance': 'prod' } },
      podMetricsEndpoints: [{ port: 'metrics', path: '/metrics', interval: '30s' }],
    });
    expect(made?.podAnnotations).toEqual({});
    expect(McpMonitoring.isInstance(made)).toBe(true);
  });

  it('a new bundle changes only the rule with its digest', async () => {
    const before = (await make(argsFor())).all;
    const after = (await make(argsFor({ bundleDigest: digest('b') }))).all;
    const changed = after.filter((one, index) => JSON.stringify(one) !== JSON.stringify(before[index]));
    expect(shown(changed)).toEqual(['PrometheusRule lockstep-gateway-bundle-alert']);
  });
});

describe('without an operator', () => {
  it('has the same rules as files, and annotations for scraping pods', async () => {
    const { all, made } = await make(argsFor({ operator: 'none' }));
    expect(shown(all)).toEqual([
      'ConfigMap lockstep-gateway-alerts',
      'ConfigMap lockstep-gateway-bundle-alert',
      'ConfigMap lockstep-gateway-dashboard',
    ]);
    const rules = (await make(argsFor())).all.filter(({ inputs }) => inputs.kind === 'PrometheusRule');
    for (const [index, rule] of rules.entries()) {
      const { data, metadata } = all[index]?.inputs ?? {};
      expect(JSON.parse(data[`${metadata.name}.rules.yaml`])).toEqual(rule.inputs.spec);
    }
    expect(made?.podAnnotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9464',
      'prometheus.io/path': '/metrics',
    });
  });
});

it('takes thresholds, labels of a shared Prometheus, and the address of runbooks', async () => {
  const args = argsFor({
    thresholds: { latencySeconds: 2, serverDownMinutes: 15 },
    series: { cluster: 'eu', kubernetes_namespace: 'mcp-prod' },
    runbooks: 'https://wiki.example/monitoring',
  });
  const rules = (await make(args)).all.find(({ name }) => name === 'prod-alerts')?.inputs.spec.groups[0]
    .rules;
  const rule = (name: string) => rules.find(({ alert }: { alert: string }) => alert === name);
  expect(rule('LockstepSlowCalls').expr).toMatch(/> 2$/);
  expect(rule('LockstepServerDown')).toMatchObject({
    for: '15m',
    expr: 'max by (server) (lockstep_server_up{cluster="eu",kubernetes_namespace="mcp-prod"}) == 0',
    annotations: { runbook_url: 'https://wiki.example/monitoring#lockstepserverdown' },
  });
});

describe('an error names', () => {
  const cases: [Partial<McpMonitoringArgs>, string][] = [
    [{ operator: undefined as never }, 'operator: must be "prometheus-operator" or "none".'],
    [{ bundleDigest: 'latest' }, 'bundleDigest: is "latest"; it must be a bundle\'s digest, `sha256:…`.'],
    [{ thresholds: { latencySeconds: 0 } }, 'thresholds.latencySeconds: is 0; it must be a number above 0.'],
    [{ owner: '-' }, 'owner: "-" must be a label\'s value'],
  ];
  it.each(cases)('%j', async (more, sentence) => {
    await expect(make(argsFor(more))).rejects.toThrow(`McpMonitoring prod: ${sentence}`);
  });

  it('a missing provider', async () => {
    const given = record(() => {
      new McpMonitoring('prod', argsFor());
    });
    await expect(given).rejects.toThrow('McpMonitoring prod: opts.providers: has no kubernetes provider;');
  });
});
