import { expect, it } from 'vitest';
import { hasPromtool, promtool, type RuleTest } from './promtool.fixture.ts';
import { bundleRuleFile, type RuleOptions, ruleFile } from './rules.ts';
import { cases, deployed, quiet } from './rules-cases.fixture.ts';
import { defaultThresholds } from './thresholds.ts';

const options: RuleOptions = {
  environment: 'prod',
  series: { namespace: 'mcp-prod' },
  thresholds: defaultThresholds,
  runbooks: 'https://docs.example/monitoring.md',
};
const files = [ruleFile(options), bundleRuleFile(options, deployed)];
const rules = files.flatMap(({ groups }) => groups).flatMap((group) => group.rules);

it.skipIf(!hasPromtool())('each alert fires when it should, and not before', async () => {
  const tests = cases.map(
    ({ alert, input, fires, quiet: before, labels = {}, summary, description }): RuleTest => {
      const rule = rules.find((one) => one.alert === alert);
      const expected = {
        exp_labels: { severity: rule?.labels.severity, environment: 'prod', ...labels },
        exp_annotations: {
          summary,
          description,
          runbook_url: `https://docs.example/monitoring.md#${alert.toLowerCase()}`,
        },
      };
      return {
        interval: '1m',
        input_series: input,
        alert_rule_test: [
          { eval_time: `${before}m`, alertname: alert, exp_alerts: [] },
          { eval_time: `${fires}m`, alertname: alert, exp_alerts: [expected] },
        ],
      };
    },
  );
  await promtool(files, tests);
});

it.skipIf(!hasPromtool())('no alert fires for similar series that are fine', async () => {
  await promtool(
    files,
    quiet.map(({ alert, input }) => ({
      interval: '1m',
      input_series: input,
      alert_rule_test: [{ eval_time: '50m', alertname: alert, exp_alerts: [] }],
    })),
  );
});

it('tests every alert', () => {
  expect(cases.map(({ alert }) => alert).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
});

it('selects only series of this gateway', () => {
  for (const { alert, expr } of rules) {
    const selectors = expr.match(/\b(lockstep|mcp_server|mcp_client)_\w+/g) ?? [];
    expect(selectors.length, alert).toBeGreaterThan(0);
    expect(expr.split('{namespace="mcp-prod"').length - 1, alert).toBe(selectors.length);
  }
});
