import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes } from './permissions/environments.ts';
import { type Engine, startEngine } from './pulumi.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine(join(import.meta.dirname, 'permissions'), 'prod');
  await engine.pulumi(['up', '--yes', '--skip-preview']);
});

afterAll(() => engine?.remove());

/** The keys of `permissions` that a preview marks as added, changed or removed. */
function marked(preview: string): string[] {
  const lines = preview.split('\n').map((line) => /^ {6}[-+~] (\S+) *: /.exec(line)?.[1]);
  return lines.filter((key) => key !== undefined).toSorted();
}

it.each(Object.entries(changes))('when %s, a preview marks exactly its tools', async (change, { shows }) => {
  const preview = await engine.pulumi(['preview', '--diff'], { CHANGE: change });
  expect(marked(preview), preview).toEqual(shows);
});

it('shows two clauses that change places as lines that move', async () => {
  const preview = await engine.pulumi(['preview', '--diff'], { CHANGE: 'clauses are reordered' });
  expect(preview).toMatch(
    /- destructive for writer allow # rules\.writers\n +destructive for operator deny .*\n +\+ destructive for writer allow/,
  );
});
