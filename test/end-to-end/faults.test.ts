import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, eras, type TestClient } from './clients.ts';
import { makeProject, type Project, testServer } from './project.ts';
import type { Running } from './running.ts';
import { makeTrigger } from './trigger.ts';

let project: Project;
let up: Running;
const trigger = makeTrigger();
let clients: Record<(typeof eras)[number], TestClient>;

beforeAll(async () => {
  project = await makeProject({
    servers: {
      hanging: testServer('hanging.ts', [trigger.path], { timeouts: { start: 3, list: 2, call: 5 } }),
      first: testServer('crashing.ts', [], { isolation: 'shared' }),
      second: testServer('crashing.ts', [], { isolation: 'shared' }),
    },
    environments: { staging: { profile: 'staging' } },
  });
  trigger.pull();
  up = await project.up('staging');
  const [modern, legacy] = await Promise.all(eras.map((era) => connect(era, `${up.url}/mcp`)));
  clients = { modern, legacy } as typeof clients;
});
afterAll(async () => {
  for (const client of Object.values(clients ?? {})) await client?.close();
  await up?.stop();
  await project?.remove();
  trigger.remove();
});

describe.each(eras)('a server that hangs at start, for a client of the %s era', (era) => {
  it('delays no list and no call to others, and is itself refused in time', async () => {
    const client = clients[era];
    const from = performance.now();
    const names = (await client.tools()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['first__whoami', 'second__whoami', 'hanging__greet']));
    expect(Number((await client.call('first__whoami')).text)).toBeGreaterThan(0);
    expect(performance.now() - from, 'milliseconds').toBeLessThan(2000);
    const refused = await client.call('hanging__greet');
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/hanging/);
  });
});

describe.each(eras)('a server that is killed during a call, for a client of the %s era', (era) => {
  it("gives its callers a clear error, and doesn't affect other servers' callers", async () => {
    const client = clients[era];
    const before = (await client.call('first__whoami')).text;
    const stays = client.call('second__wait', { key: `stays-${era}` });
    const dies = client.call('first__wait', { key: `dies-${era}` });
    const crashed = await client.call('first__crash');
    for (const answer of [crashed, await dies]) {
      expect(answer.isError).toBe(true);
      expect(answer.text).toMatch(/first/);
    }
    await until('the other call is released', async () => {
      return (await client.call('second__release', { key: `stays-${era}` })).text === 'released';
    });
    expect(await stays).toMatchObject({ isError: false, text: 'released' });
    const after = await until('it runs again', async () => {
      const answer = await client.call('first__whoami');
      return answer.isError ? undefined : answer.text;
    });
    expect(after).not.toBe(before);
  });

  it('leaves the outcome of a write unknown, and says so', async () => {
    const client = clients[era];
    await until('it runs', async () => !(await client.call('first__whoami')).isError);
    const answer = await client.call('first__crash_writing');
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(/may (or may not )?have/);
    expect(answer.decision).toMatchObject({ kind: 'unknown' });
    const searched = await project.lockstep(['audit', 'search', '--json', '--outcome', 'unknown']);
    expect(searched.stdout, searched.stderr).toContain('first/crash_writing');
  });
});
