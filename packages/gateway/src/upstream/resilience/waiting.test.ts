import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from './waiting.ts';

it('grows from half a second to a minute, spread by a quarter', () => {
  expect([1, 2, 3].map((failures) => backoff(failures, 0.5))).toEqual([500, 1000, 2000]);
  fc.assert(
    fc.property(fc.nat({ max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const pause = backoff(failures, random);
      expect(pause).toBeGreaterThanOrEqual(375);
      expect(pause).toBeLessThanOrEqual(75_000);
    }),
  );
});
