import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@lockstep/testing/process';
import { releaseOf } from '@lockstep/testing/release';
import { rawStdioTools, type Who } from '@lockstep/testing/servers/raw-stdio-tools';
import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import { CallAbort } from '../kernel/call-signal.ts';
import { callOf, noSignal, openStage, patient, rawServer } from '../testing/upstream/stage.ts';

describe('upstreams', () => {
  it('starts every server, and reports their health', async () => {
    const absent = {
      ...rawServer('cloud'),
      launch: { type: 'absent' as const, reason: "KUBECONFIG isn't set" },
    };
    const servers = [rawServer('files'), rawServer('broken', { behave: ['crash'] }), absent];
    await using stage = await openStage(servers);
    await stage.is('files', 'ready');
    await stage.is('broken', 'down');
    const tools = rawStdioTools.length;
    expect(stage.upstreams.health()).toMatchObject([
      { server: 'files', state: 'ready', processes: 1, restarts: 0, tools, quarantined: 0 },
      {
        server: 'broken',
        state: 'down',
        reason: 'it exited with code 3; its stderr ends with: no configuration found',
        processes: 0,
      },
      { server: 'cloud', state: 'absent', reason: "KUBECONFIG isn't set", processes: 0 },
    ]);
    await expect(stage.call('cloud', 'alice', 'echo')).rejects.toMatchObject({
      code: 'absent',
      sent: false,
      message: "it is not run here: KUBECONFIG isn't set",
    });
    await expect(stage.call('broken', 'alice', 'echo')).rejects.toMatchObject({
      code: 'unavailable',
      sent: false,
    });
    await expect(stage.call('nobody', 'alice', 'echo')).rejects.toMatchObject({ code: 'absent' });
  });

  it('refuses a server that failed a moment ago at once, with the time of the next attempt', async () => {
    await using stage = await openStage([rawServer('broken', { behave: ['crash'], isolation: 'shared' })]);
    await eventually(() => stage.of('server.failed').length >= 2);
    await expect(stage.call('broken', 'shared', 'echo')).rejects.toThrow(
      /no configuration found; the next attempt is in \d+ s/,
    );
    // It is started again by itself.
    await eventually(() => stage.of('server.failed').length >= 3);
  });

  it('keeps a server that hangs at start from delaying the others', async () => {
    const hanging = rawServer('hanging', {
      behave: ['hang'],
      timeouts: { start: 1, list: 1, call: 1 },
    });
    await using stage = await openStage([hanging, rawServer('files')]);
    expect(await stage.call('files', 'alice', 'echo', { a: 1 })).toEqual({ a: 1 });
    await expect(stage.call('hanging', 'alice', 'echo')).rejects.toMatchObject({
      code: 'unavailable',
      sent: false,
      message: 'it did not start within 1 s',
    });
    const gone = new CallAbort();
    const waiting = stage.call('hanging', 'bob', 'echo', {}, { signal: gone });
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled', sent: false });
  });

  it('runs no more processes than it may, and ends the idlest first', async () => {
    const server = rawServer('files', { processes: { max: 2, idle: 600 } });
    await using stage = await openStage([server]);
    await stage.is('files', 'ready');
    const alice = await stage.call<Who>('files', 'alice', 'whoami');
    await stage.call<Who>('files', 'bob', 'whoami');
    await stage.call<Who>('files', 'alice', 'whoami');
    expect(stage.of('server.stopped').map(({ key }) => key)).toEqual(['lockstep:watch']);
    await stage.call<Who>('files', 'carol', 'whoami');
    expect(stage.of('server.stopped').map(({ key }) => key)).toEqual(['lockstep:watch', 'bob']);
    expect(await stage.call<Who>('files', 'alice', 'whoami')).toEqual({ pid: alice.pid, calls: 3 });
    expect(stage.upstreams.health()).toMatchObject([{ state: 'ready', processes: 2 }]);
  });

  it('reports that it is busy when every process is in use', async () => {
    const server = rawServer('files', { processes: { max: 1, idle: 600 } });
    await using stage = await openStage([server]);
    await stage.call('files', 'alice', 'whoami');
    const busy = stage.call('files', 'alice', 'wait', { milliseconds: 500 });
    await expect(stage.call('files', 'bob', 'whoami')).rejects.toMatchObject({
      code: 'busy',
      sent: false,
      message: 'all 1 processes of files are in use; `processes.max` is the limit',
    });
    expect(await busy).toBe('waited');
  });

  it('ends idle sessions, and starts them again when needed', async () => {
    const server = rawServer('files', { processes: { max: 5, idle: 0.2 } });
    await using stage = await openStage([server]);
    const before = await stage.call<Who>('files', 'alice', 'whoami');
    await eventually(() => stage.of('server.stopped').some(({ key }) => key === 'alice'));
    expect(await isAlive(before.pid)).toBe(false);
    // The session that watches stays.
    await stage.is('files', 'ready');
    expect(stage.upstreams.health()).toMatchObject([{ state: 'ready', processes: 1 }]);
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ calls: 1 });
  });

  it('ends the processes of a key that has ended, once its calls are done', async () => {
    await using stage = await openStage([rawServer('files')]);
    const { pid } = await stage.call<Who>('files', 'alice', 'whoami');
    const running = stage.call('files', 'alice', 'wait', { milliseconds: 200 });
    stage.upstreams.releaseKey('alice');
    const after = await stage.call<Who>('files', 'alice', 'whoami');
    expect(after.pid).not.toBe(pid);
    expect(await running).toBe('waited');
    await eventually(async () => !(await isAlive(pid)));
  });

  it('shares one process if a server says so', async () => {
    await using stage = await openStage([rawServer('files', { isolation: 'shared' })]);
    await stage.call('files', 'shared', 'whoami');
    expect(await stage.call('files', 'shared', 'whoami')).toMatchObject({ calls: 2 });
    expect(stage.upstreams.health()).toMatchObject([{ processes: 1 }]);
  });

  it('applies a changed bundle: keeps what is the same, and drains what is not', async () => {
    const files = rawServer('files');
    await using stage = await openStage([files, rawServer('other'), rawServer('leaving')]);
    const before = await stage.call<Who>('files', 'alice', 'whoami');
    const otherBefore = await stage.call<Who>('other', 'alice', 'whoami');
    const running = stage.call('other', 'alice', 'wait', { milliseconds: 200 });
    const leaving = stage.call('leaving', 'alice', 'wait', { milliseconds: 200 });
    // In flight before the change.
    await stage.call('other', 'alice', 'whoami');
    await stage.call('leaving', 'alice', 'whoami');

    const otherNow = rawServer('other', { env: { NEW: '1' } });
    await stage.upstreams.update([
      rawServer('files', { timeouts: { start: 20, list: 5, call: 5 } }),
      otherNow,
      rawServer('new'),
    ]);
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ pid: before.pid });
    const otherAfter = await stage.call<Who>('other', 'alice', 'whoami');
    expect(otherAfter.pid).not.toBe(otherBefore.pid);
    expect(await running).toBe('waited');
    expect(await leaving).toBe('waited');
    expect(await stage.call('new', 'alice', 'echo', { a: 1 })).toEqual({ a: 1 });
    await expect(stage.call('leaving', 'alice', 'echo')).rejects.toMatchObject({ code: 'absent' });
    await eventually(async () => !(await isAlive(otherBefore.pid)));
  });

  it('leaves no process behind when the gateway is killed', async () => {
    const script = fileURLToPath(new URL('../testing/upstream/doomed.ts', import.meta.url));
    const gateway = spawn(process.execPath, ['--conditions=lockstep-source', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: gateway.stdout }), 'line')) as [string];
    const { pids, dir } = JSON.parse(line) as { pids: number[]; dir: string };
    expect(pids.length).toBeGreaterThanOrEqual(3);
    for (const pid of pids) expect(await isAlive(pid)).toBe(true);
    gateway.kill('SIGKILL');
    for (const pid of pids) await eventually(async () => !(await isAlive(pid)));
    await rm(dir, { recursive: true });
  });
});

describe('a server that changes what it offers', () => {
  it('has the items that differ quarantined, and no others, until they change back', async () => {
    await using stage = await openStage([rawServer('files', { isolation: 'shared' })]);
    await stage.call('files', 'shared', 'change');
    await eventually(() => stage.upstreams.quarantine('files').size > 0);
    expect([...stage.upstreams.quarantine('files')]).toEqual([
      ['tools/echo', 'The server changed it: description changed.'],
    ]);
    expect(stage.of('quarantine')).toMatchObject([
      { server: 'files', item: 'tools/echo', change: 'The server changed it: description changed.' },
    ]);
    const [event] = stage.of('quarantine');
    expect(event?.expected).toMatch(/^sha256:/);
    expect(event?.found).not.toBe(event?.expected);
    expect(stage.of('extra')).toMatchObject([{ server: 'files', item: 'tools/extra' }]);
    expect(stage.upstreams.health()).toMatchObject([{ state: 'ready', quarantined: 1 }]);
    expect(await stage.call('files', 'shared', 'whoami')).toMatchObject({ calls: 1 });

    await stage.call('files', 'shared', 'restore');
    await eventually(() => stage.upstreams.quarantine('files').size === 0);
    expect(stage.of('quarantine.lifted')).toEqual([
      { type: 'quarantine.lifted', server: 'files', item: 'tools/echo' },
    ]);
  });

  it('is found out before its notice arrives, when the gateway verifies', async () => {
    await using stage = await openStage([rawServer('files')]);
    await stage.upstreams.verify('files', 'alice', { signal: noSignal });
    expect(stage.upstreams.quarantine('files').size).toBe(0);
    await stage.call('files', 'alice', 'change');
    await stage.upstreams.verify('files', 'alice', { signal: noSignal });
    expect([...stage.upstreams.quarantine('files').keys()]).toEqual(['tools/echo']);
  });

  it('is compared at its start, before the first call', async () => {
    const server = rawServer('files');
    const [first, ...rest] = rawStdioTools;
    const release = releaseOf({ tools: [{ ...first, title: 'Echo' }, ...rest, { name: 'more' }] });
    await using stage = await openStage([{ ...server, release }]);
    await stage.upstreams.request('files', 'alice', callOf('whoami'), patient);
    expect([...stage.upstreams.quarantine('files')]).toEqual([
      ['tools/echo', 'The server changed it: title removed.'],
      ['tools/more', 'The server no longer offers it.'],
    ]);
    // A changed lock is enough; nothing restarts.
    await stage.upstreams.update([server]);
    expect(stage.upstreams.quarantine('files').size).toBe(0);
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ calls: 2 });
  });

  it("can't be verified if it doesn't answer", async () => {
    const server = rawServer('files', { behave: ['hang'], timeouts: { start: 0.5, list: 1, call: 1 } });
    await using stage = await openStage([server]);
    await expect(stage.upstreams.verify('files', 'alice', { signal: noSignal })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(stage.of('quarantine')).toEqual([]);
  });

  it("isn't quarantined because it stops answering, but can't be verified", async () => {
    const timeouts = { start: 10, list: 0.2, call: 1 };
    await using stage = await openStage([rawServer('files', { isolation: 'shared', timeouts })]);
    await stage.call('files', 'shared', 'mute');
    await expect(stage.upstreams.verify('files', 'shared', { signal: noSignal })).rejects.toMatchObject({
      code: 'timeout',
      message: 'it gave no answer within 0.2 s',
    });
    expect(stage.upstreams.quarantine('files').size).toBe(0);
    expect(stage.upstreams.health()).toMatchObject([
      {
        state: 'down',
        reason: 'what it offers could not be read: it gave no answer within 0.2 s',
        processes: 1,
      },
    ]);
  });
});
