import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import { coalesce, createChecks } from './checks.ts';

it('a notice that comes before the checks begin causes a check once they do', async () => {
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

describe('coalescing', () => {
  it('never overlaps, and gives everybody a run that began after their call', async () => {
    const runs: PromiseWithResolvers<number>[] = [];
    let running = 0;
    const ask = coalesce(async () => {
      running += 1;
      expect(running).toBe(1);
      const run = Promise.withResolvers<number>();
      runs.push(run);
      return run.promise.finally(() => {
        running -= 1;
      });
    });
    const first = ask();
    const second = ask();
    const third = ask();
    expect(runs).toHaveLength(1);
    runs[0]?.resolve(1);
    expect(await first).toBe(1);
    await expect.poll(() => runs.length).toBe(2);
    const fourth = ask();
    runs[1]?.reject(new Error('no'));
    await expect(second).rejects.toThrow('no');
    await expect(third).rejects.toThrow('no');
    await expect.poll(() => runs.length).toBe(3);
    runs[2]?.resolve(3);
    expect(await fourth).toBe(3);
  });
});
