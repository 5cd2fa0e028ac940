import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/folder.ts';
import { startProgram } from '../testing/process.ts';
import { scheduleSyncs } from './sync.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const calls = 5;

describe.skipIf(!hasStrace)('under strace', () => {
  it('what is durable was synced before it is acknowledged, what is written at least a moment later', async () => {
    await using folder = await temporaryFolder();
    const trace = join(folder.path, 'trace');
    const strace = [
      'strace',
      '-f',
      '-y',
      '-qq',
      '-e',
      'trace=pwrite64,fdatasync,write',
      '-s',
      '24',
      '-o',
      trace,
    ];
    await using child = startProgram('acknowledger.ts', [folder.path, String(calls)], strace);
    for (let next = await child.lines.next(); !next.done; next = await child.lines.next());

    const events = eventsOf(await readFile(trace, 'utf8'));
    const durable = events.indexOf('ack durable');
    for (let at = durable; at >= 0; at = events.indexOf('ack durable', at + 1)) {
      const written = events.lastIndexOf('log written', at);
      const synced = events.lastIndexOf('log synced', at);
      expect(written).toBeGreaterThan(-1);
      expect(synced, events.join('\n')).toBeGreaterThan(written);
    }
    expect(events.filter((event) => event === 'ack durable')).toHaveLength(calls);

    // Those that are only written don't wait for the disk, and get there by themselves.
    const first = events.indexOf('ack written');
    const last = events.lastIndexOf('ack written');
    const after = events.slice(last);
    const syncs = events.slice(first, last).filter((event) => event === 'log synced');
    expect(syncs.length).toBeLessThan(calls - 1);
    expect(after).toContain('log synced');
    expect(after.indexOf('log synced')).toBeLessThan(after.indexOf('log written'));
  });
});

/** The lines of a trace, as far as they matter. A call that another thread's interrupts is told in two lines. */
function eventsOf(trace: string): string[] {
  const syncing = new Set<string>();
  return trace.split('\n').flatMap((line) => {
    const [thread = ''] = line.split(' ');
    if (/fdatasync\(\d+<[^>]*gateway\.db-wal>/.test(line)) {
      syncing.add(thread);
    } else if (/pwrite64\(\d+<[^>]*gateway\.db-wal>/.test(line)) {
      return ['log written'];
    }
    if (syncing.has(thread) && line.endsWith('= 0')) {
      syncing.delete(thread);
      return ['log synced'];
    }
    const acknowledged = /write\(1<[^>]*>, "ack (\w+)/.exec(line);
    return acknowledged === null ? [] : [`ack ${acknowledged[1]}`];
  });
}

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
