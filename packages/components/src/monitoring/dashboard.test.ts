import { expect, it } from 'vitest';
import { dashboard } from './dashboard.ts';
import { hasPromtool, promtool } from './promtool.fixture.ts';

interface Model {
  uid: string;
  panels: {
    id: number;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string }[];
  }[];
}

const model = JSON.parse(
  JSON.stringify(dashboard({ environment: 'e'.repeat(32), series: { namespace: 'mcp-prod' } })),
) as Model;

it.skipIf(!hasPromtool())('Prometheus understands the query of every panel', async () => {
  const rules = model.panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }) => ({
      alert: 'Panel',
      expr: expr.replaceAll('$server', '.*').replaceAll('$__rate_interval', '5m'),
      for: '0m',
      labels: {},
      annotations: {},
    }));
  expect(rules.length).toBeGreaterThan(15);
  await promtool(rules.map((rule, index) => ({ groups: [{ name: `panel-${index}`, rules: [rule] }] })));
});

it("queries only this gateway's series", () => {
  for (const { title, targets } of model.panels) {
    for (const { expr } of targets) {
      const names = expr.match(/\b(lockstep|mcp_server|mcp_client|process|nodejs)_\w+/g) ?? [];
      expect(names.length, title).toBeGreaterThan(0);
      expect(expr.split('{namespace="mcp-prod"').length - 1, title).toBe(names.length);
    }
  }
});

it("has panels that don't overlap, and a uid that Grafana accepts", () => {
  expect(model.uid.length).toBeLessThanOrEqual(40);
  expect(new Set(model.panels.map(({ id }) => id)).size).toBe(model.panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of model.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.has(`${x} ${y}`), title).toBe(false);
        taken.add(`${x} ${y}`);
      }
    }
  }
});
