import { codeIn, pageAt, rowsOf } from '@lockstep/testing/markdown';
import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

it('emits the metrics that docs/metrics.md lists, with their labels', async () => {
  const listed = rowsOf(pageAt('docs/metrics.md'), 'metric').map(([name, type, labels]) => ({
    name: codeIn(name)[0],
    type,
    labels: codeIn(labels).toSorted(),
  }));
  expect(listed).toEqual(expect.arrayContaining(await metrics()));
  expect(listed).toHaveLength((await metrics()).length);
});

/** The gateway's own metrics as a scraper reads them, after one use of each. */
async function metrics(): Promise<{ name: string; type: string; labels: string[] }[]> {
  const health = {
    server: 's',
    state: 'ready',
    reason: null,
    processes: 1,
    restarts: 0,
    tools: 1,
    quarantined: 0,
  } as const;
  const registry = createMetrics({
    health: () => [health],
    approvalsWaiting: async () => 0,
    auditLag: () => 0,
    archive: { lag: async () => 0, failures: () => 0 },
    secrets: () => [{ server: 's', age: 0, errors: 0 }],
  });
  registry.finished({ method: 'm', server: 's', tool: 't', outcome: 'ok', seconds: 1 });
  registry.answered('s', 'm', 1);
  registry.decided('s', 't', 'allow');
  registry.refused('s', 't', 'refused', 'write');
  registry.bundle('d', true);
  const text = await registry.text();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    .filter(([, name = '']) => !/^(process|nodejs)_/.test(name))
    .map(([, name = '', type = '']) => {
      const sample = new RegExp(`^${name}(?:_count)?\\{(.*)\\}`, 'm').exec(text)?.[1] ?? '';
      return {
        name,
        type,
        labels: [...sample.matchAll(/(\w+)="/g)].map((match) => match[1] ?? '').toSorted(),
      };
    });
}
