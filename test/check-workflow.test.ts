import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './imports.ts';

interface Job {
  readonly needs?: string;
  readonly permissions?: object;
  readonly strategy?: {
    readonly matrix: { readonly node?: readonly number[]; readonly os?: readonly string[] };
  };
  readonly steps: readonly { readonly run?: string; readonly env?: object }[];
}

const text = readFileSync(`${root}/.github/workflows/check.yml`, 'utf8');
const { jobs } = parse(text) as { jobs: Record<string, Job> };

/** The npm scripts that a text runs. */
function scriptsIn(commands: string): string[] {
  const found = commands.matchAll(/\bnpm (?:run (?:--silent )?)?((?:test|lint|typecheck)[\w:]*)/g);
  return [...new Set([...found].map(([, script = '']) => script))].toSorted();
}

it('lint and types come first, and every other lane beside each other', () => {
  const { 'lint-and-types': first, ...lanes } = jobs;
  expect(first?.needs).toBeUndefined();
  expect(Object.keys(lanes)).toEqual(['units', 'coverage', 'end-to-end', 'slow', 'docker', 'cluster']);
  for (const lane of Object.values(lanes)) expect(lane.needs).toBe('lint-and-types');
});

it('lanes run what `.ci/run` runs', () => {
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const ci = readFileSync(`${root}/.ci/run`, 'utf8').replace(/^(#|step ).*$/gm, '');
  expect(scriptsIn(runs.join('\n'))).toEqual(scriptsIn(ci));
});

it('units run with every Node that people start from', () => {
  expect(jobs.units?.strategy?.matrix.node).toEqual([20, 22, 24]);
});

it('docker must run the tour of prod, in one lane', () => {
  const tour = 'test/image/tour.test.ts';
  expect(existsSync(`${root}/${tour}`)).toBe(true);
  expect(jobs.docker?.steps.at(-1)).toEqual({
    run: `npm run test:slow -- ${tour}`,
    env: { CONTAINERS: 'docker' },
  });
  expect(jobs.slow?.steps.at(-1)?.run).toContain(`test:slow -- --exclude ${tour}`);
});

it('no lane has a secret, or may write', () => {
  expect(text).not.toMatch(/secrets\.|: write/);
  for (const job of Object.values(jobs)) expect(job.permissions).toBeUndefined();
});
