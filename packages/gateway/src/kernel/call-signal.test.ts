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

// What is said of one holds for the other, so that a call needn't know which it has.
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

  it('says that it is aborted to those whom it tells', () => {
    const { signal, abort } = make();
    const seen: boolean[] = [];
    signal.addEventListener('abort', () => seen.push(signal.aborted));
    abort();
    expect(seen).toEqual([true]);
  });

  it('tells nobody who stopped listening, also when another listener made them stop', () => {
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

  it('tells nobody who comes when it is over', () => {
    const { signal, abort } = make();
    abort();
    const late = vi.fn();
    signal.addEventListener('abort', late);
    abort();
    expect(late).not.toHaveBeenCalled();
  });

  it('can be given to what takes only an AbortSignal, before and after', async () => {
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

it('hands an AbortSignal on as it is', () => {
  const { signal } = new AbortController();
  expect(abortSignalOf(signal)).toBe(signal);
});
