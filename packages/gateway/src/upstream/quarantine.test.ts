import { describe, expect, it } from 'vitest';
import { createQuarantine } from './quarantine.ts';
import type { UpstreamEvent } from './upstream-server.ts';

describe('a quarantine', () => {
  it('reports items that a server makes up, but not without end', () => {
    const events: UpstreamEvent[] = [];
    const quarantine = createQuarantine('rogue', (event) => events.push(event));
    for (let round = 0; round < 20; round++) {
      const extras = new Map(Array.from({ length: 100 }, (_, n) => [`tools/t${round}-${n}`, `sha256:${n}`]));
      quarantine.update([{ drifts: new Map(), extras }]);
      expect(quarantine.extras.has(`tools/t${round}-99`)).toBe(true);
    }
    expect(events.length).toBe(1000);
  });
});
