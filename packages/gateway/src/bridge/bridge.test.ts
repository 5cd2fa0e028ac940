import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@lockstep/testing/folder';
import { isAlive } from '@lockstep/testing/process';
import { releaseOf } from '@lockstep/testing/release';
import { sdkStdio } from '@lockstep/testing/servers/programs';
import type { Surroundings, Who } from '@lockstep/testing/servers/raw-stdio-tools';
import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import { inspectServer } from '../compose/inspect.ts';
import { askByHand, bridgedServer, openBridge, openBridged } from '../testing/upstream/bridge.ts';
import { callOf, noLog, noSignal, openStage, patient } from '../testing/upstream/stage.ts';
import { serverEnvironment } from './bridge.ts';

describe('a server behind a bridge', () => {
  it('has a process, a home and a folder for each isolation key', async () => {
    await using bridge = await openBridge({ behave: ['--root=${workdir}', '--own=${principaldir}/x'] });
    await using stage = await openBridged(bridge);
    const alice = await stage.call<Who>('files', 'alice', 'whoami');
    const bob = await stage.call<Who>('files', 'bob', 'whoami');
    expect(bob.pid).not.toBe(alice.pid);
    expect(await stage.call('files', 'alice', 'whoami')).toEqual({ pid: alice.pid, calls: 2 });
    const hers = await stage.call<Surroundings>('files', 'alice', 'environment');
    const his = await stage.call<Surroundings>('files', 'bob', 'environment');
    expect(hers.cwd).toMatch(new RegExp(`^${bridge.dir}/principals/[0-9a-f]{16}$`));
    expect(his.cwd).not.toBe(hers.cwd);
    expect(hers.env.HOME).toBe(hers.cwd);
    expect(hers.argv).toEqual([`--root=${bridge.dir}/work`, `--own=${hers.cwd}/x`]);
    expect(stage.upstreams.quarantine('files').size).toBe(0);
  });

  it('gets the environment of its container, without what varies by pod', async () => {
    const env = { PATH: process.env.PATH, TOKEN: 'x', HOSTNAME: 'pod-1', WHERE: 'in ${workdir}' };
    await using bridge = await openBridge({ env });
    await using stage = await openBridged(bridge);
    const { env: found } = await stage.call<Surroundings>('files', 'alice', 'environment');
    expect(found).toMatchObject({ TOKEN: 'x', WHERE: `in ${bridge.dir}/work` });
    expect(found).not.toHaveProperty('HOSTNAME');
  });

  it("isn't quoted with its secrets, in the log or in the reason of a failure", async () => {
    const quoting =
      'process.stderr.write(`${process.env.TOKEN} ${process.argv[1]}\\n`, () => process.exit(3))';
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'key.pem'), 'secret-in-a-file\n');
    await using bridge = await openBridge({
      ...{ command: process.execPath, args: ['-e', quoting, 'secret-in-a-file'] },
      ...{
        env: { PATH: process.env.PATH, TOKEN: 's3cret-t0ken' },
        hide: ['TOKEN'],
        secretFiles: folder.path,
      },
    });
    const answer = await askByHand(bridge);
    expect(answer.status).toBe(503);
    const told = (await answer.text()) + JSON.stringify(bridge.log);
    expect(told).toContain('[secret] [secret]');
    expect(told).not.toMatch(/s3cret-t0ken|secret-in-a-file/);
  });

  it('passes on progress as it comes, and results unchanged', async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    const notes: unknown[] = [];
    const params = { name: 'wait', arguments: { milliseconds: 50 }, _meta: { progressToken: 'mine' } };
    const options = { ...patient, onNotification: (note: object) => notes.push(note) };
    const answer = await stage.upstreams.request('files', 'alice', { method: 'tools/call', params }, options);
    expect(answer).toEqual({ result: { content: [{ type: 'text', text: 'waited' }] } });
    expect(notes).toEqual([
      {
        method: 'notifications/progress',
        params: { progressToken: 'mine', progress: 1, message: 'begun' },
      },
    ]);
    const echoed = await stage.upstreams.request('files', 'alice', callOf('echo', { a: 1 }), patient);
    expect(echoed).toMatchObject({ result: { 'x-vendor': { kept: true } } });
    const unknown = await stage.upstreams.request(
      'files',
      'alice',
      { method: 'no/such', params: {} },
      patient,
    );
    expect(unknown).toEqual({ error: { code: -32601, message: 'Method not found' } });
  });

  it("keeps numbers that a double can't hold", async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    const answer = await stage.upstreams.request('files', 'alice', callOf('number'), patient);
    expect(JSON.stringify(answer)).toBe('{"result":{"content":[],"big":9007199254740993,"small":1.5}}');
  });

  it('learns that a call was cancelled', async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    await stage.call('files', 'alice', 'whoami');
    const gone = new AbortController();
    const aborted = stage.call('files', 'alice', 'wait', {}, { signal: gone.signal });
    const begun = stage.call('files', 'alice', 'whoami');
    await begun;
    gone.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
    await eventually(async () => (await stage.call<unknown[]>('files', 'alice', 'cancelled')).length === 1);
  });

  it("can't ask the client anything", async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    const answer = await stage.call('files', 'alice', 'ask', { method: 'sampling/createMessage' });
    expect(answer).toMatchObject({ error: { code: -32601 } });
  });

  it('has the items that differ in one process quarantined at once, until they change back', async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    await stage.call('files', 'alice', 'change');
    await eventually(() => stage.upstreams.quarantine('files').size > 0);
    expect([...stage.upstreams.quarantine('files').keys()]).toEqual(['tools/echo']);
    await stage.call('files', 'alice', 'restore');
    await eventually(() => stage.upstreams.quarantine('files').size === 0);
  });

  it('is compared when the gateway verifies', async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    await stage.call('files', 'alice', 'change');
    await stage.upstreams.verify('files', 'alice', { signal: noSignal });
    expect([...stage.upstreams.quarantine('files').keys()]).toEqual(['tools/echo']);
  });
});

describe.each(['modern', 'legacy'])("the SDK's server of the %s era behind a bridge", (era) => {
  it('is locked, served, and quarantined when it changes', async () => {
    await using bridge = await openBridge({ args: [sdkStdio, era] });
    const server = bridgedServer('files', bridge.url);
    const host = { workdir: '', principalDir: () => '', log: noLog, maxResultBytes: 1e6 };
    const bridgeKey = bridge.secret;
    const { tools, instructions } = await inspectServer(server, { ...host, bridgeKey });
    expect(instructions).toBe('Add small numbers only.');
    const release = releaseOf({ tools: [...tools.values()] as never, instructions: instructions ?? '' });
    await using stage = await openStage([{ ...server, release }], { bridgeKey });
    expect(await stage.call('files', 'alice', 'add', { a: 1, b: 2 })).toBe(3);
    expect(stage.upstreams.quarantine('files').size).toBe(0);
    await stage.upstreams.request('files', 'alice', callOf('change'), patient);
    await eventually(() => stage.upstreams.quarantine('files').has('tools/add'));
    expect(stage.upstreams.quarantine('files').size).toBe(1);
  });
});

describe('the processes behind a bridge', () => {
  it('are a single one if all calls to a server share it', async () => {
    await using bridge = await openBridge({ processes: 1 });
    await using stage = await openBridged(bridge, { isolation: 'shared' });
    await stage.call('files', 'shared', 'whoami');
    expect(await stage.call('files', 'shared', 'whoami')).toMatchObject({ calls: 2 });
    // The other was only a trial start.
    expect(bridge.pids()).toHaveLength(2);
  });

  it('end one by one: the caller learns why, the others go on, and the next call starts anew', async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    const bob = stage.call('files', 'bob', 'wait', { milliseconds: 300 });
    await stage.call('files', 'alice', 'whoami');
    await expect(stage.call('files', 'alice', 'exit')).rejects.toMatchObject({
      sent: true,
      message: 'it answered HTTP 502: it exited with code 7',
    });
    await eventually(() => stage.of('server.stopped').length > 0);
    expect(stage.of('server.stopped')).toMatchObject([
      { key: 'alice', reason: 'it exited with code 7', planned: false },
    ]);
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ calls: 1 });
    expect(stage.upstreams.health()).toMatchObject([{ state: 'ready', restarts: 1 }]);
    expect(await bob).toBe('waited');
  });

  it('give the caller a clear error when they are killed', async () => {
    await using bridge = await openBridge();
    await using stage = await openBridged(bridge);
    const { pid } = await stage.call<Who>('files', 'alice', 'whoami');
    const waiting = stage.call('files', 'alice', 'wait');
    waiting.catch(() => {});
    await stage.call('files', 'alice', 'whoami');
    process.kill(pid, 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({
      sent: true,
      message: 'it answered HTTP 502: it was ended by SIGKILL',
    });
  });

  it('stay within their limit: the idlest makes room, first of all the one that only watches', async () => {
    await using bridge = await openBridge({ processes: 2 });
    await using stage = await openBridged(bridge);
    await stage.is('files', 'ready');
    const alice = await stage.call<Who>('files', 'alice', 'whoami');
    const bob = await stage.call<Who>('files', 'bob', 'whoami');
    await stage.call('files', 'alice', 'whoami');
    await stage.call('files', 'carol', 'whoami');
    expect(await stage.call('files', 'alice', 'whoami')).toEqual({ pid: alice.pid, calls: 3 });
    expect(await isAlive(bob.pid)).toBe(false);
    expect(Math.max(...bridge.log.map(({ processes }) => Number(processes ?? 0)))).toBe(2);
    // Bob's next process is new, and so is the check of what it offers.
    expect(await stage.call('files', 'bob', 'whoami')).toMatchObject({ calls: 1 });
    expect(stage.upstreams.health()).toMatchObject([{ state: 'ready' }]);
    expect(stage.of('server.failed')).toEqual([]);
  });

  it("begin with the first caller's if there is one place, even during the trial start", async () => {
    await using bridge = await openBridge({ processes: 1 });
    const server = bridgedServer('files', bridge.url);
    await using stage = await openStage([server], { bridgeKey: bridge.secret });
    expect(await stage.call('files', 'alice', 'whoami')).toMatchObject({ calls: 1 });
    expect(bridge.log.every(({ processes = 0 }) => Number(processes) <= 1)).toBe(true);
    expect(stage.of('server.failed')).toEqual([]);
  });

  it('are reported as busy if all are', async () => {
    await using bridge = await openBridge({ processes: 1 });
    await using stage = await openBridged(bridge);
    await stage.call('files', 'alice', 'whoami');
    const waiting = stage.call('files', 'alice', 'wait', { milliseconds: 500 });
    await expect(stage.call('files', 'bob', 'whoami')).rejects.toMatchObject({
      code: 'busy',
      sent: false,
      message:
        'it answered HTTP 429: all 1 processes of this server are in use; `processes.max` is the limit',
    });
    expect(await waiting).toBe('waited');
  });

  it('end when their key ends, or when nobody has called for long', async () => {
    await using bridge = await openBridge({ idle: 0.5 });
    await using stage = await openBridged(bridge);
    const alice = await stage.call<Who>('files', 'alice', 'whoami');
    stage.upstreams.releaseKey('alice');
    await eventually(async () => !(await isAlive(alice.pid)));
    const bob = await stage.call<Who>('files', 'bob', 'whoami');
    await eventually(async () => !(await isAlive(bob.pid)));
    expect(await stage.call('files', 'bob', 'whoami')).toMatchObject({ calls: 1 });
    // The process that watches stays.
    expect(stage.upstreams.health()).toMatchObject([{ state: 'ready', restarts: 0 }]);
  });

  it('end with the gateway that used them', async () => {
    await using bridge = await openBridge();
    const stage = await openBridged(bridge);
    await stage.call('files', 'alice', 'whoami');
    await stage[Symbol.asyncDispose]();
    for (const pid of bridge.pids()) await eventually(async () => !(await isAlive(pid)));
    // Another gateway begins again, as it would after a kill.
    await using next = await openBridged(bridge);
    expect(await next.call('files', 'alice', 'whoami')).toMatchObject({ calls: 1 });
  });

  it('end with the bridge, once their calls are done', async () => {
    await using bridge = await openBridge({ behave: ['stubborn'] });
    await using stage = await openBridged(bridge);
    await stage.call('files', 'alice', 'whoami');
    const { pid } = await stage.call<Who>('files', 'alice', 'spawn');
    const waiting = stage.call('files', 'alice', 'wait', { milliseconds: 300 });
    await stage.call('files', 'alice', 'whoami');
    const began = performance.now();
    await bridge.close();
    expect(await waiting).toBe('waited');
    for (const each of [pid, ...bridge.pids()]) expect(await isAlive(each)).toBe(false);
    expect(performance.now() - began).toBeLessThan(9000);
    await expect(stage.call('files', 'alice', 'whoami')).rejects.toMatchObject({ sent: false });
  });
});

describe('a bridge whose server does not start', () => {
  it("isn't ready, and tells the gateway why", async () => {
    await using bridge = await openBridge({ behave: ['crash'] });
    expect((await fetch(`${bridge.origin}/healthz`)).status).toBe(200);
    await eventually(() => bridge.log.some(({ message }) => message.endsWith('did not start')));
    expect((await fetch(`${bridge.origin}/readyz`)).status).toBe(503);
    const server = bridgedServer('files', bridge.url);
    await using stage = await openStage([server], { bridgeKey: bridge.secret });
    await expect(stage.call('files', 'alice', 'echo')).rejects.toMatchObject({
      code: 'unavailable',
      sent: false,
      message: 'it answered HTTP 503: it exited with code 3; its stderr ends with: no configuration found',
    });
  });
});

describe("a gateway that can't sign for a bridge", () => {
  it('says what is wrong, and starts nothing', async () => {
    await using bridge = await openBridge();
    await eventually(() => bridge.pids().length === 1);
    const server = bridgedServer('files', bridge.url);
    await using other = await openStage([server], { bridgeKey: new Uint8Array(32) });
    await expect(other.call('files', 'alice', 'echo')).rejects.toMatchObject({
      code: 'unavailable',
      sent: false,
      message: 'its bridge refuses the gateway: its signature does not match this key and this request',
    });
    await using none = await openStage([server]);
    await expect(none.call('files', 'alice', 'echo')).rejects.toMatchObject({
      sent: false,
      message: 'it is behind a bridge, but this gateway has no `bridge.key`',
    });
    expect(bridge.pids()).toHaveLength(1);
  });
});

it('gives a server its declared environment, without what varies by pod', () => {
  const declared = { PATH: '/bin', TOKEN: 't', HOME_PAGE: 'x', NODE_ENV: 'production' };
  const ofTheRuntime = {
    ...{ HOME: '/', TMPDIR: '/tmp', HOSTNAME: 'pod-1', PWD: '/', SHLVL: '1', _: '/bin/node' },
    ...{ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_PORT: 'tcp://10.0.0.1:443', EMPTY: undefined },
  };
  expect(serverEnvironment({ ...declared, ...ofTheRuntime })).toEqual(declared);
});
