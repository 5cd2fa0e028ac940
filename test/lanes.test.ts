import { existsSync, globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import cluster from '../vitest.cluster.config.ts';
import units from '../vitest.config.ts';
import endToEnd from '../vitest.e2e.config.ts';
import slow from '../vitest.slow.config.ts';
import { root } from './imports.ts';

/** The configuration of every lane, by the script that runs it. */
const lanes = { test: units, 'test:e2e': endToEnd, 'test:slow': slow, 'test:cluster': cluster } as const;

const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};
const ci = readFileSync(`${root}/.ci/run`, 'utf8');

/** The lanes that a test file is in. */
function lanesOf(file: string): string[] {
  const isAmong = (globs: readonly string[] = []) => globs.some((glob) => matchesGlob(file, glob));
  return Object.entries(lanes)
    .filter(([, { test = {} }]) => isAmong(test.include) && !isAmong(test.exclude))
    .map(([lane]) => lane);
}

describe('lanes', () => {
  it('have each test file between them, once', () => {
    const tests = globSync('{packages,stacks,test,examples,scripts}/**/*.test.ts', {
      cwd: root,
      exclude: ['**/node_modules', '**/dist'],
    });
    expect(tests.length).toBeGreaterThan(190);
    const wrong = tests.filter((file) => lanesOf(file).length !== 1);
    expect(wrong.map((file) => `${file}: ${lanesOf(file).join(', ') || 'in no lane'}`)).toEqual([]);
  });

  it('are each a script that `.ci/run` runs', () => {
    for (const lane of Object.keys(lanes)) {
      expect(scripts).toHaveProperty([lane]);
      expect(ci).toMatch(new RegExp(`^npm (run --silent )?${lane}$`, 'm'));
    }
  });

  it('leave calls through a real gateway in the one that contributors run', () => {
    expect(lanesOf('test/end-to-end/dev.test.ts')).toEqual(['test']);
    expect(existsSync(`${root}/test/end-to-end/dev.test.ts`)).toBe(true);
  });
});
