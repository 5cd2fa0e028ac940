import { expect, it } from 'vitest';
import { startBackoff } from './waiting.ts';

it('waits longer after each failure, up to a minute, and with variation', () => {
  let pause = startBackoff.next();
  for (const whole of [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
    expect(pause.duration).toBeGreaterThanOrEqual(whole / 2);
    expect(pause.duration).toBeLessThanOrEqual(whole);
    pause = pause.next(undefined);
  }
  const firsts = Array.from({ length: 20 }, () => startBackoff.next().duration);
  expect(new Set(firsts).size).toBeGreaterThan(1);
});
