import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signatureWindow } from '../protocol/bridge-contract.ts';
import { createReplays } from './replays.ts';

it('recognizes a signature for as long as it can be valid', () => {
  const steps = fc.array(fc.record({ wait: fc.nat({ max: 90 }), signature: fc.constantFrom('a', 'b', 'c') }));
  fc.assert(
    fc.property(steps, (sent) => {
      const replays = createReplays();
      const seen = new Map<string, number>();
      let now = 1000;
      for (const { wait, signature } of sent) {
        now += wait;
        const last = seen.get(signature);
        const isNew = replays.isNew(signature, now);
        // A bridge whose clock is behind by the window accepts a signature for twice as long.
        if (last !== undefined && now - last <= signatureWindow * 2) expect(isNew).toBe(false);
        if (last === undefined) expect(isNew).toBe(true);
        if (isNew) seen.set(signature, now);
      }
    }),
  );
});

it('forgets signatures once they can no longer be valid', () => {
  const replays = createReplays();
  expect(replays.isNew('a', 0)).toBe(true);
  expect(replays.isNew('b', 1000)).toBe(true);
  expect(replays.isNew('a', 2000)).toBe(true);
});
