import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@lockstep/testing/folder';
import { startProgram } from '@lockstep/testing/process';
import { describe, expect, it } from 'vitest';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const calls = 5;

describe.skipIf(!hasStrace)('under strace', () => {
  it('durable records are synced before they are acknowledged, and others within a second', async () => {
    const { events } = await acknowledge();
    const durable = events.indexOf('ack durable');
    for (let at = durable; at >= 0; at = events.indexOf('ack durable', at + 1)) {
      const written = events.lastIndexOf('log written', at);
      const synced = events.lastIndexOf('log synced', at);
      expect(written).toBeGreaterThan(-1);
      expect(synced, events.join('\n')).toBeGreaterThan(written);
    }
    expect(events.filter((event) => event === 'ack durable')).toHaveLength(calls);

    // Records that are only written don't wait for the disk, and reach it by themselves.
    const first = events.indexOf('ack written');
    const last = events.lastIndexOf('ack written');
    const syncs = events.slice(first, last).filter((event) => event === 'log synced');
    expect(syncs.length).toBeLessThan(calls - 1);
    expect(events.slice(last, durable)).toContain('log synced');
  });

  it('after a failed sync nothing is acknowledged as durable, even if later syncs would succeed', async () => {
    const { events } = await acknowledge();
    const syncs = events.slice(0, events.indexOf('ack durable')).filter((event) => event === 'log synced');
    const failing = await acknowledge(['-e', `inject=fsync,fdatasync:error=EIO:when=${syncs.length + 1}`]);
    expect(failing.events.filter((event) => event === 'ack durable').length).toBeLessThan(calls);
    expect(failing.printed.at(-1)).toMatch(
      /^lost: The audit can't be written any more: .*gateway\.db can't be used \(disk I\/O error\)/,
    );
  });
});

/** Runs the acknowledger. @param more arguments for strace. */
async function acknowledge(more: readonly string[] = []) {
  await using folder = await temporaryFolder();
  const trace = join(folder.path, 'trace');
  const traced = ['strace', '-f', '-y', '-qq', '-e', 'trace=pwrite64,fsync,fdatasync,write', '-s', '24'];
  await using child = startProgram(
    new URL('../testing/acknowledger.ts', import.meta.url),
    [folder.path, String(calls)],
    [...traced, ...more, '-o', trace],
  );
  const printed: string[] = [];
  for (let next = await child.lines.next(); !next.done; next = await child.lines.next())
    printed.push(next.value);
  return { printed, events: eventsOf(await readFile(trace, 'utf8')) };
}

/** The events in a trace. A call that another thread interrupts takes two lines. */
function eventsOf(trace: string): string[] {
  const syncing = new Set<string>();
  return trace.split('\n').flatMap((line) => {
    const [thread = ''] = line.split(' ');
    if (/f(data)?sync\(\d+<[^>]*gateway\.db-wal>/.test(line)) {
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
