import type { IncomingHttpHeaders } from 'node:http';
import { releaseOf } from '@lockstep/testing/release';
import { openRawHttp, rawHttpTools } from '@lockstep/testing/servers/raw-http';
import { describe, expect, it } from 'vitest';
import type { Log } from '../kernel/log.ts';
import { httpServer, noLog, openStage } from '../testing/upstream/stage.ts';
import { createSecrets } from './secrets.ts';

const release = releaseOf({ tools: rawHttpTools });
const secrets = {
  Authorization: { reference: 'mcp/docs#token', delivery: 'header', template: 'Bearer ${secret}' },
} as const;

/** A remote server that accepts the token `right`, and upstreams that send `stored`; tests may change both. */
async function open(era: 'modern' | 'legacy', log: Log = noLog) {
  const state = { stored: 'first-token', right: 'first-token', reads: 0 };
  const admits = ({ authorization }: IncomingHttpHeaders) => authorization === `Bearer ${state.right}`;
  const remote = await openRawHttp(era, 0, admits);
  const store = createSecrets({
    log,
    source: {
      async read(_, references) {
        state.reads += 1;
        return new Map(references.map((reference) => [reference, { value: state.stored }]));
      },
    },
  });
  const stage = await openStage([httpServer('docs', remote.url, release, { secrets })], {
    log,
    secrets: store,
  });
  return {
    ...{ state, remote, stage },
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await remote[Symbol.asyncDispose]();
    },
  };
}

describe.each(['modern', 'legacy'] as const)('a remote server of the %s era that needs a secret', (era) => {
  it('gets it with every request', async () => {
    await using docs = await open(era);
    await docs.stage.is('docs', 'ready');
    await docs.stage.call('docs', 'alice', 'echo', { a: 1 });
    const sent = docs.remote.received.map(({ headers }) => headers.authorization);
    expect(new Set(sent)).toEqual(new Set(['Bearer first-token']));
  });

  it('is called again once with the rotated secret, which is read once for all callers', async () => {
    await using docs = await open(era);
    await docs.stage.is('docs', 'ready');
    for (const key of ['alice', 'bob', 'carol']) await docs.stage.call('docs', key, 'echo');
    const { reads } = docs.state;
    Object.assign(docs.state, { stored: 'second-token', right: 'second-token' });
    const calls = ['alice', 'bob', 'carol'].map((key) => docs.stage.call('docs', key, 'echo', { key }));
    expect(await Promise.all(calls)).toMatchObject([{}, {}, {}]);
    expect(docs.state.reads).toBe(reads + 1);
    expect(docs.remote.of('tools/call')).toHaveLength(9);
  });

  it('is not called a third time if it refuses again, and no more secrets are read', async () => {
    await using docs = await open(era);
    await docs.stage.is('docs', 'ready');
    await docs.stage.call('docs', 'alice', 'echo');
    Object.assign(docs.state, { stored: 'second-token', right: 'another' });
    const { reads } = docs.state;
    const before = docs.remote.of('tools/call').length;
    const refused = { message: expect.stringContaining('Not with [secret]') };
    await expect(docs.stage.call('docs', 'alice', 'echo')).rejects.toMatchObject(refused);
    expect(docs.remote.of('tools/call')).toHaveLength(before + 2);
    await expect(docs.stage.call('docs', 'alice', 'echo')).rejects.toMatchObject(refused);
    expect(docs.remote.of('tools/call')).toHaveLength(before + 3);
    expect(docs.state.reads).toBe(reads + 1);
  });

  it('is not called again if a bundle has replaced the secret meanwhile', async () => {
    await using docs = await open(era);
    await docs.stage.is('docs', 'ready');
    await docs.stage.call('docs', 'alice', 'echo');
    Object.assign(docs.state, { stored: 'second-token', right: 'second-token' });
    let asked = 0;
    const beforeSend = () => {
      asked += 1;
      if (asked > 1) throw new Error('replaced');
    };
    const before = docs.remote.of('tools/call').length;
    await expect(docs.stage.call('docs', 'alice', 'echo', {}, { beforeSend })).rejects.toThrow('replaced');
    expect(docs.remote.of('tools/call')).toHaveLength(before + 1);
  });

  it('has the secret blanked in its errors', async () => {
    const lines: string[] = [];
    const write = (...line: unknown[]) => void lines.push(JSON.stringify(line));
    await using docs = await open(era, { debug: write, info: write, warn: write });
    docs.state.right = 'nobody';
    const error = await docs.stage.call('docs', 'alice', 'echo').catch(String);
    const told = JSON.stringify([error, lines, docs.stage.events, docs.stage.upstreams.health()]);
    expect(told).not.toContain('first-token');
  });
});
