import { createHash } from 'node:crypto';
import { isAlive } from '@lockstep/testing/process';
import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import {
  askByHand,
  type BridgeStage,
  type ByHand,
  initializeMessage,
  openBridge,
} from '../testing/upstream/bridge.ts';

/** A bridge after its trial start, with no process left. */
async function openQuiet(): Promise<BridgeStage> {
  const bridge = await openBridge();
  await eventually(async () => bridge.pids().length === 1 && !(await isAlive(bridge.pids()[0] ?? 0)));
  return bridge;
}

async function begin(bridge: BridgeStage, byHand: ByHand = {}): Promise<string> {
  const answer = await askByHand(bridge, byHand);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return answer.headers.get('mcp-session-id') ?? '';
}

const call = (id: number, name: string) => ({
  message: { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } },
});

describe('a request to a bridge', () => {
  it('without a signature for exactly this request is refused, and starts no process', async () => {
    await using bridge = await openQuiet();
    const now = Date.now() / 1000;
    const other = createHash('sha256').update('another key').digest();
    const wrong: [string, ByHand][] = [
      ['unsigned', { signature: undefined }],
      ['malformed', { signature: 'v1.alice' }],
      ['signed with another key', { secret: other }],
      ['too old', { now: now - 70 }],
      ['too early', { now: now + 70 }],
      ['another body', { signedMessage: { ...initializeMessage, id: 2 } }],
      ['an end that is unsigned', { method: 'DELETE', session: 'any', signature: undefined }],
    ];
    for (const [what, byHand] of wrong) {
      const answer = await askByHand(bridge, byHand);
      expect(answer.status, what).toBe(401);
      expect(await answer.json(), what).toMatchObject({
        id: null,
        error: { message: expect.stringContaining('signature') },
      });
    }
    expect(bridge.pids()).toHaveLength(1);
    expect(bridge.log.filter(({ message }) => message === 'a request was refused')).toMatchObject([
      { reason: 'it has no signature', from: '127.0.0.1' },
    ]);
  });

  it('is accepted once', async () => {
    await using bridge = await openQuiet();
    const now = Date.now() / 1000;
    const session = await begin(bridge, { now });
    expect((await askByHand(bridge, { now })).status).toBe(401);
    const who = { ...call(2, 'whoami'), session, now };
    expect(await (await askByHand(bridge, who)).json()).toMatchObject({ id: 2, result: {} });
    const again = await askByHand(bridge, who);
    expect(again.status).toBe(401);
    expect(await again.text()).toContain('its signature was used before');
    expect(await (await askByHand(bridge, { ...call(3, 'whoami'), session })).text()).toContain(
      '\\"calls\\":2',
    );
  });

  it("reaches only its own key's process", async () => {
    await using bridge = await openQuiet();
    const session = await begin(bridge, { key: 'alice' });
    for (const method of ['POST', 'GET', 'DELETE'] as const) {
      const answer = await askByHand(bridge, { ...call(2, 'whoami'), method, key: 'mallory', session });
      expect(answer.status, method).toBe(404);
    }
    expect((await askByHand(bridge, { ...call(3, 'whoami'), session })).status).toBe(200);
    expect(bridge.pids()).toHaveLength(2);
  });

  it('starts a process only if it begins a session, so that each process is checked before use', async () => {
    await using bridge = await openQuiet();
    expect((await askByHand(bridge, call(1, 'whoami'))).status).toBe(400);
    expect((await askByHand(bridge, { ...call(2, 'whoami'), session: 'gone' })).status).toBe(404);
    expect(bridge.pids()).toHaveLength(1);
    const session = await begin(bridge);
    expect((await askByHand(bridge, { method: 'DELETE', session })).status).toBe(204);
    expect((await askByHand(bridge, { ...call(3, 'whoami'), session })).status).toBe(404);
    const [, pid = 0] = bridge.pids();
    await eventually(async () => !(await isAlive(pid)));
  });

  it('that begins a session ends the earlier session of its key', async () => {
    await using bridge = await openQuiet();
    const first = await begin(bridge);
    const second = await begin(bridge, { message: { ...initializeMessage, id: 2 } });
    expect((await askByHand(bridge, { ...call(3, 'whoami'), session: first })).status).toBe(404);
    expect((await askByHand(bridge, { ...call(4, 'whoami'), session: second })).status).toBe(200);
    const [, pid = 0] = bridge.pids();
    expect(await isAlive(pid)).toBe(false);
  });

  it.each([
    ['a batch', [initializeMessage], 400],
    ['an answer', { jsonrpc: '2.0', id: 1, result: {} }, 400],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, 202],
  ])('that is %s does nothing', async (_, message, status) => {
    await using bridge = await openQuiet();
    expect((await askByHand(bridge, { message })).status).toBe(status);
    expect(bridge.pids()).toHaveLength(1);
  });

  it('elsewhere or with another verb is refused', async () => {
    await using bridge = await openQuiet();
    expect((await fetch(`${bridge.origin}/admin`)).status).toBe(404);
    expect((await fetch(bridge.url, { method: 'PUT', body: '' })).status).toBe(405);
    for (const path of ['/healthz', '/readyz']) expect((await fetch(bridge.origin + path)).status).toBe(200);
  });

  it('that nobody waits for any longer is cancelled', async () => {
    await using bridge = await openQuiet();
    const session = await begin(bridge);
    const waiting = askByHand(bridge, { ...call(2, 'wait'), session });
    await askByHand(bridge, { ...call(3, 'whoami'), session });
    const params = { requestId: 2 };
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
    expect((await askByHand(bridge, { message: cancel, session })).status).toBe(202);
    expect((await waiting).status).toBe(502);
    expect(await (await askByHand(bridge, { ...call(4, 'cancelled'), session })).text()).toMatch(/\[\d+\]/);
  });
});

describe("events of a server's process", () => {
  it('reach its followers: that a list has changed, and how it ended', async () => {
    await using bridge = await openQuiet();
    const session = await begin(bridge);
    const stream = await askByHand(bridge, { method: 'GET', session });
    await askByHand(bridge, { ...call(2, 'change'), session });
    const exit = await askByHand(bridge, { ...call(3, 'exit'), session });
    expect(exit.status).toBe(502);
    expect(await exit.text()).toContain('it exited with code 7');
    const events = [...(await stream.text()).matchAll(/data: (.*)/g)].map(([, data]) =>
      JSON.parse(String(data)),
    );
    expect(events).toEqual([
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
      {
        jsonrpc: '2.0',
        method: 'notifications/lockstep/ended',
        params: { reason: 'it exited with code 7' },
      },
    ]);
  });
});
