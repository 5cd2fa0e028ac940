import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scheduleSyncs } from './sync.ts';

describe('the order of syncs', () => {
  /** Syncs that are under way, to be finished by the test. */
  let underway: ((error: Error | null) => void)[];
  let told: (number | string)[];
  let sync: ReturnType<typeof scheduleSyncs>;
  beforeEach(() => {
    vi.useFakeTimers();
    underway = [];
    told = [];
    sync = scheduleSyncs((done) => underway.push(done), {
      onSynced: (round) => told.push(round),
      onFailed: (error) => told.push(error.message),
    });
  });
  afterEach(() => vi.useRealTimers());
  const finish = (error: Error | null = null) => underway.shift()?.(error);

  it('one at a time; rounds that are committed meanwhile share the next', () => {
    sync.committed(1, true);
    sync.committed(2, true);
    sync.committed(3, false);
    sync.committed(4, true);
    expect(underway).toHaveLength(1);
    finish();
    expect(told).toEqual([1]);
    expect(underway).toHaveLength(1);
    finish();
    expect(told).toEqual([1, 4]);
    expect(underway).toHaveLength(0);
  });

  it('what is only written is synced within a second, also when it comes during a sync', () => {
    sync.committed(1, false);
    expect(underway).toHaveLength(0);
    vi.advanceTimersByTime(900);
    expect(underway).toHaveLength(1);
    sync.committed(2, false);
    finish();
    expect(underway).toHaveLength(0);
    vi.advanceTimersByTime(900);
    expect(underway).toHaveLength(1);
    finish();
    vi.advanceTimersByTime(10_000);
    expect(underway).toHaveLength(0);
    expect(told).toEqual([]);
  });

  it('none after one that failed', () => {
    sync.committed(1, true);
    sync.committed(2, true);
    finish(new Error('EIO'));
    sync.committed(3, true);
    vi.advanceTimersByTime(10_000);
    expect(underway).toHaveLength(0);
    expect(told).toEqual(['EIO']);
  });
});
