import { once } from 'node:events';
import { isAlive } from '@lockstep/testing/process';
import type { Surroundings, Who } from '@lockstep/testing/servers/raw-stdio-tools';
import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import { CallAbort } from '../../kernel/call-signal.ts';
import { callOf, openStage, patient, rawServer } from '../../testing/upstream/stage.ts';
import { startReaper } from './reaper.ts';
import { startProcess } from './server-process.ts';

describe('a server that runs as a process', () => {
  it("answers, and keeps what the SDKs' clients would drop", async () => {
    await using stage = await openStage([rawServer('files')]);
    const answer = await stage.upstreams.request('files', 'alice', callOf('echo', { a: 1 }), patient);
    expect(answer).toEqual({
      result: { content: [{ type: 'text', text: '{"a":1}' }], 'x-vendor': { kept: true } },
    });
  });

  it('has one process per isolation key, each with its own memory and folder', async () => {
    await using stage = await openStage([rawServer('files')]);
    const alice = await stage.call<Who>('files', 'alice', 'whoami');
    const aliceAgain = await stage.call<Who>('files', 'alice', 'whoami');
    const bob = await stage.call<Who>('files', 'bob', 'whoami');
    expect(aliceAgain).toEqual({ pid: alice.pid, calls: 2 });
    expect(bob.pid).not.toBe(alice.pid);
    expect(bob.calls).toBe(1);
    const hers = await stage.call<Surroundings>('files', 'alice', 'environment');
    const his = await stage.call<Surroundings>('files', 'bob', 'environment');
    expect(hers.cwd).not.toBe(his.cwd);
    expect(hers.env.HOME).toBe(hers.cwd);
  });

  it('gets an allow-listed environment, with its placeholders filled in', async () => {
    process.env.LOCKSTEP_TEST_SECRET = 'secret';
    process.env.LOCKSTEP_TEST_NEEDED = 'needed';
    const server = rawServer('files', {
      behave: ['--root=${workdir}', '--own=${principaldir}/x'],
      env: { GREETING: 'in ${workdir}' },
      needs: ['LOCKSTEP_TEST_NEEDED'],
    });
    await using stage = await openStage([server]);
    const found = await stage.call<Surroundings>('files', 'alice', 'environment');
    expect(found.argv).toEqual([`--root=${stage.dir}/work`, `--own=${found.cwd}/x`]);
    expect(found.env).toMatchObject({
      GREETING: `in ${stage.dir}/work`,
      LOCKSTEP_TEST_NEEDED: 'needed',
      PATH: process.env.PATH,
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      TMPDIR: `${found.cwd}/tmp`,
    });
    expect(found.env).not.toHaveProperty('LOCKSTEP_TEST_SECRET');
    delete process.env.LOCKSTEP_TEST_SECRET;
    delete process.env.LOCKSTEP_TEST_NEEDED;
  });

  it.each(['shy', 'deaf', 'chatty'])('may be %s', async (behaviour) => {
    const timeouts = { start: 4, list: 10, call: 10 };
    await using stage = await openStage([rawServer('files', { behave: [behaviour], timeouts })]);
    expect(await stage.call('files', 'alice', 'echo', { a: 1 })).toEqual({ a: 1 });
  });

  it('fails only the call during which it dies', async () => {
    await using stage = await openStage([rawServer('files'), rawServer('other')]);
    const bobs = stage.call('files', 'bob', 'wait', { milliseconds: 300 });
    const others = stage.call('other', 'alice', 'wait', { milliseconds: 300 });
    await expect(stage.call('files', 'alice', 'exit')).rejects.toMatchObject({
      code: 'lost',
      sent: true,
      message: 'it exited with code 7',
    });
    expect(await bobs).toBe('waited');
    expect(await others).toBe('waited');
    // The next call starts it again, without a trace of the earlier process.
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ calls: 1 });
    expect(stage.of('server.stopped')).toMatchObject([
      { server: 'files', key: 'alice', planned: false, reason: 'it exited with code 7' },
    ]);
    expect(stage.upstreams.health().find(({ server }) => server === 'files')?.restarts).toBe(1);
  });

  it("passes on progress under the caller's own token", async () => {
    await using stage = await openStage([rawServer('files')]);
    const notes: unknown[] = [];
    const message = {
      method: 'tools/call',
      params: { name: 'wait', arguments: { milliseconds: 10 }, _meta: { progressToken: 'mine' } },
    };
    await stage.upstreams.request('files', 'alice', message, {
      ...patient,
      onNotification: (n) => notes.push(n),
    });
    expect(notes).toEqual([
      { method: 'notifications/progress', params: { progressToken: 'mine', progress: 1, message: 'begun' } },
    ]);
  });

  it('is told when nobody waits any longer, after an abort or a deadline', async () => {
    await using stage = await openStage([rawServer('files')]);
    await stage.call('files', 'alice', 'whoami');
    const gone = new CallAbort();
    const aborted = stage.call('files', 'alice', 'wait', {}, { signal: gone });
    gone.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled', sent: true });
    await expect(stage.call('files', 'alice', 'wait', {}, { timeoutSeconds: 0.05 })).rejects.toMatchObject({
      code: 'timeout',
      sent: true,
      message: 'it gave no answer within 0.05 s',
    });
    expect(await stage.call('files', 'alice', 'cancelled')).toHaveLength(2);
  });

  it('gets no request that nobody waits for any longer', async () => {
    await using stage = await openStage([rawServer('files')]);
    await stage.call('files', 'alice', 'whoami');
    await expect(
      stage.call('files', 'alice', 'whoami', {}, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled', sent: false });
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ calls: 2 });
  });

  it('has an answer over the limit refused, and goes on', async () => {
    await using stage = await openStage([rawServer('files')], { maxResultBytes: 10_000 });
    const other = stage.call('files', 'alice', 'wait', { milliseconds: 200 });
    await expect(stage.call('files', 'alice', 'big', { bytes: 50_000 })).rejects.toMatchObject({
      code: 'too large',
      sent: true,
    });
    expect(await other).toBe('waited');
    expect(await stage.call('files', 'alice', 'big', { bytes: 5000 })).toHaveLength(5000);
  });

  it.each(['sampling/createMessage', 'elicitation/create', 'roots/list'])(
    'may not ask for %s',
    async (method) => {
      await using stage = await openStage([rawServer('files')]);
      expect(await stage.call('files', 'alice', 'ask', { method })).toMatchObject({
        id: 'ask-1',
        error: { code: -32601 },
      });
    },
  );

  it('ends with everything that it started, even if it is stubborn', async () => {
    await using stage = await openStage([rawServer('files', { behave: ['stubborn'] })]);
    const { pid: child } = await stage.call<Who>('files', 'alice', 'spawn');
    const { pid } = await stage.call<Who>('files', 'alice', 'whoami');
    expect(await isAlive(child)).toBe(true);
    await stage.upstreams.close();
    expect(await isAlive(pid)).toBe(false);
    await eventually(async () => !(await isAlive(child)));
  });

  it('fails every call in flight when the gateway stops', async () => {
    await using stage = await openStage([rawServer('files')]);
    await stage.call('files', 'alice', 'whoami');
    const running = stage.call('files', 'alice', 'wait');
    const lost = expect(running).rejects.toMatchObject({ code: 'lost', sent: true });
    await stage.upstreams.close();
    await lost;
  });

  it.each([
    [
      "a command that isn't there",
      { command: 'no-such-command' },
      /the command "no-such-command" was not found/,
    ],
    ["a folder that isn't there", { cwd: '/no/such/folder' }, /it can't be started in \/no\/such\/folder/],
  ])('causes a clear error when it has %s', async (_what, launch, message) => {
    const server = rawServer('files');
    await using stage = await openStage([{ ...server, launch: { ...server.launch, ...launch } as never }]);
    await expect(stage.call('files', 'alice', 'echo')).rejects.toThrow(message);
  });
});

describe('the reaper', () => {
  it('is replaced if somebody ends it, and its successor knows every group', async () => {
    const reaper = startReaper();
    const env = { PATH: process.env.PATH ?? '' };
    const start = async () => {
      const args = ['-c', 'echo up; exec sleep 1000'];
      const started = startProcess({ command: 'sh', args, env, cwd: '/', reaper });
      await once(started.output, 'data');
      return started;
    };
    const first = await start();
    const before = reaper.input();
    process.kill(reaper.pid(), 'SIGKILL');
    await eventually(() => reaper.input() !== before);
    const second = await start();
    expect(await isAlive(first.pid)).toBe(true);
    // As when the gateway has ended: nobody holds the other end of its input any more.
    reaper.close();
    expect(await first.exited).toBe('was ended by SIGTERM');
    expect(await second.exited).toBe('was ended by SIGTERM');
  });
});
