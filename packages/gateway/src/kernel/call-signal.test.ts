import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { abortSignalOf, CallAbort, type CallSignal } from './call-signal.ts';

const kinds: [string, () => { signal: CallSignal; abort: () => void }][] = [
  [
    'our own',
    () => {
      const signal = new CallAbort();
      return { signal, abort: () => signal.abort() };
    },
  ],
  [
    'an AbortSignal',
    () => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    },
  ],
];

// Both kinds behave alike, so a call needn't know which one it has.
describe.each(kinds)('a signal, %s', (_, make) => {
  it('tells every listener once, in order, however often it is aborted', () => {
    const { signal, abort } = make();
    const told: string[] = [];
    signal.addEventListener('abort', () => told.push('first'));
    signal.addEventListener('abort', () => told.push('second'));
    expect(signal.aborted).toBe(false);
    abort();
    abort();
    expect(signal.aborted).toBe(true);
    expect(told).toEqual(['first', 'second']);
  });

  it('is already aborted when it tells its listeners', () => {
    const { signal, abort } = make();
    const seen: boolean[] = [];
    signal.addEventListener('abort', () => seen.push(signal.aborted));
    abort();
    expect(seen).toEqual([true]);
  });

  it('tells no listener that was removed, even by another listener', () => {
    const { signal, abort } = make();
    const [over, stopped] = [vi.fn(), vi.fn()];
    signal.addEventListener('abort', over);
    signal.addEventListener('abort', () => signal.removeEventListener('abort', stopped));
    signal.addEventListener('abort', stopped);
    signal.removeEventListener('abort', over);
    signal.removeEventListener('abort', over);
    abort();
    expect(over).not.toHaveBeenCalled();
    expect(stopped).not.toHaveBeenCalled();
  });

  it('tells no listener that is added after the abort', () => {
    const { signal, abort } = make();
    abort();
    const late = vi.fn();
    signal.addEventListener('abort', late);
    abort();
    expect(late).not.toHaveBeenCalled();
  });

  it('converts to an AbortSignal, before and after the abort', async () => {
    const { signal, abort } = make();
    const before = abortSignalOf(signal);
    expect(before.aborted).toBe(false);
    const combined = AbortSignal.any([before]);
    abort();
    await turn();
    expect(before.aborted).toBe(true);
    expect(combined.aborted).toBe(true);
    expect(abortSignalOf(signal).aborted).toBe(true);
  });
});

it('returns an AbortSignal unchanged', () => {
  const { signal } = new AbortController();
  expect(abortSignalOf(signal)).toBe(signal);
});
