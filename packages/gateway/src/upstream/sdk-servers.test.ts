import type { Release } from '@lockstep/model/internal';
import { releaseOf } from '@lockstep/testing/release';
import { sdkStdio } from '@lockstep/testing/servers/programs';
import { openSdkHttp } from '@lockstep/testing/servers/sdk-http';
import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import { inspectServer } from '../compose/inspect.ts';
import { httpServer, noLog, openStage, rawServer } from '../testing/upstream/stage.ts';
import type { UpstreamServer } from './upstream-server.ts';

function stdioServer(era: string): UpstreamServer {
  const server = rawServer('sums');
  return { ...server, launch: { type: 'stdio', command: process.execPath, args: [sdkStdio, era], env: {} } };
}

/** Locks what a server offers, as `lockstep lock` does. */
async function lock(server: UpstreamServer): Promise<Release> {
  const host = {
    workdir: '/tmp',
    principalDir: () => '/tmp/lockstep-inspect',
    log: noLog,
    maxResultBytes: 1e6,
  };
  const { tools, instructions } = await inspectServer(server, host);
  expect(instructions).toBe('Add small numbers only.');
  return releaseOf({ tools: [...tools.values()] as never, instructions: instructions ?? '' });
}

describe.each(['modern', 'legacy'])("the SDK's server of the %s era over stdio", (era) => {
  it('is locked, served, and quarantined when it changes', async () => {
    const server = stdioServer(era);
    const release = await lock(server);
    expect(Object.keys(release.tools)).toEqual(['add', 'change']);
    await using stage = await openStage([{ ...server, release }]);
    expect(await stage.call('sums', 'alice', 'add', { a: 1, b: 2 })).toBe(3);
    expect(stage.of('server.started').map((event) => event.era)).toContain(era);
    expect(stage.upstreams.quarantine('sums').size).toBe(0);
    await stage.upstreams.request(
      'sums',
      'alice',
      { method: 'tools/call', params: { name: 'change', arguments: {} } },
      { signal: new AbortController().signal, timeoutSeconds: 20 },
    );
    await eventually(() => stage.upstreams.quarantine('sums').has('tools/add'));
    expect(stage.upstreams.quarantine('sums').size).toBe(1);
  });
});

describe.each(['modern', 'legacy'] as const)("the SDK's server of the %s era over HTTP", (era) => {
  it('is locked and served', async () => {
    await using remote = await openSdkHttp(era);
    const server = httpServer('sums', remote.url, releaseOf({ tools: [] }));
    const release = await lock(server);
    await using stage = await openStage([{ ...server, release }]);
    expect(await stage.call('sums', 'alice', 'add', { a: 1, b: 2 })).toBe(3);
    expect(stage.of('server.started').map((event) => event.era)).toContain(era);
    expect(stage.upstreams.quarantine('sums').size).toBe(0);
  });
});
