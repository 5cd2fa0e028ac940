import { expect, it } from 'vitest';
import { eventually } from '../testing/upstream/stage.ts';
import { createChecks } from './checks.ts';

it('a notice that comes before the looks begin is looked into once they do', async () => {
  let looks = 0;
  const checks = createChecks(
    async () => {
      looks += 1;
    },
    () => {},
  );
  checks.noticed();
  expect(looks).toBe(0);
  checks.begin();
  await eventually(() => looks === 1);
  checks.end();
});
