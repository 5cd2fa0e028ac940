import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attacker, legacy, modern, modernBody, type Raw, raw } from './client.ts';
import { type House, houseRules, openHouse } from './house.ts';

let house: House;
let token: string;

beforeAll(async () => {
  house = await openHouse();
  token = await house.token({ subject: 'agent', owner: 'mallory' });
});
afterAll(() => house[Symbol.asyncDispose]());

/** Sends a request that must not reach a server, and must be recorded. */
async function held(send: () => Promise<Raw>): Promise<Raw> {
  const [arrived, recorded] = [house.docs.used.length, house.records().length];
  const answer = await send();
  expect(house.docs.used).toHaveLength(arrived);
  expect(house.records().length).toBeGreaterThan(recorded);
  return answer;
}

function refused({ body }: Raw): boolean {
  return body.error !== undefined || body.result?.isError === true;
}

describe.each(['modern', 'legacy'] as const)('an agent of the %s era', (era) => {
  let all: Attacker;
  let docs: Attacker;

  beforeAll(async () => {
    all =
      era === 'modern' ? modern(house.gateway.url, token) : await legacy(house.gateway.url, '/mcp', token);
    docs = era === 'modern' ? all : await legacy(house.gateway.url, '/mcp/docs', token);
  });

  it.each([
    ['docs__DROP', 'case'],
    ['Docs__drop', 'case of the server'],
    ['docs__drop ', 'white space'],
    ['docs__dr\u200bop', 'an invisible character'],
    ['docs__ｄrop', 'a wide letter'],
    ['docs____drop', 'a longer separator'],
    ['docs/drop', 'the name of rules'],
    ['docs__rogue__read', 'two servers'],
    ['rogue__docs__drop', 'two servers'],
    ['__proto__', 'a name of JavaScript'],
    ['docs__constructor', 'a name of JavaScript'],
    ['docs__prompt:read', 'another kind'],
    ['docs__resource:*', 'another kind'],
    ['docs__%64rop', 'percent-encoding'],
  ])('calls nothing by the name %j (%s)', async (name) => {
    expect(refused(await held(() => all.send('/mcp', 'tools/call', { name, arguments: {} })))).toBe(true);
    const own = name.replace(/^docs__/, '');
    expect(
      refused(await held(() => docs.send('/mcp/docs', 'tools/call', { name: own, arguments: {} }))),
    ).toBe(true);
  });

  it.each([
    'file:///secret',
    'file:///%73ecret/key',
    'file:///public/../secret/key',
    'file:///public/%2e%2e/secret/key',
    'file:///public/..%2fsecret/key',
    'FILE:///secret/key',
    'file:///se\tcret/key',
    ' file:///secret/key',
    'file:\\\\\\secret\\key',
    'file:///public/{name}',
    'file:///secret/{name}',
    'file:///keys/id_rsa',
  ])('reads no secret as %j', async (uri) => {
    const read = (to: Attacker, path: string, params: Record<string, unknown>) =>
      held(() => to.send(path, 'resources/read', params));
    expect(refused(await read(docs, '/mcp/docs', { uri }))).toBe(true);
    expect(refused(await read(all, '/mcp', { uri: `docs+${uri}` }))).toBe(true);
  });

  it.each([
    'file:///secret/{name}',
    'file:///public/../secret',
    'file:///%73ecret',
    'file:///public/{other}',
  ])('completes nothing for %j, which nobody reviewed', async (uri) => {
    const params = { ref: { type: 'ref/resource', uri }, argument: { name: 'name', value: '' } };
    expect(refused(await held(() => docs.send('/mcp/docs', 'completion/complete', params)))).toBe(true);
  });

  it("calls nothing with a message that doesn't look like a call", async () => {
    const params = { name: 'docs__read', arguments: {} };
    for (const method of [
      'Tools/Call',
      'tools/call ',
      'notifications/tools/call',
      'sampling/createMessage',
      '__proto__',
    ])
      expect(refused(await held(() => all.send('/mcp', method, params)))).toBe(true);
    const extra = { ...params, task: { ttl: 1 } };
    expect(refused(await held(() => all.send('/mcp', 'tools/call', extra)))).toBe(true);
  });
});

describe('an agent that speaks neither era cleanly', () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    raw(`${house.gateway.url}/mcp`, {
      token,
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('calls nothing without an id, in a batch, as an answer, or with two names', async () => {
    const { id } = await legacy(house.gateway.url, '/mcp', token);
    const session = { 'mcp-session-id': id };
    const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'docs__read', arguments: {} } };
    const bodies = [
      call,
      { ...call, id: null },
      [{ ...call, id: 1 }],
      { ...call, id: 1, result: {} },
      { ...call, id: 1, Method: 'ping' },
      JSON.stringify({ ...call, id: 1 }).replace('"docs__read"', '"docs__read","name":"docs__drop"'),
      JSON.stringify({ ...call, id: 1 }).replace(
        '"arguments":{}',
        '"arguments":{"__proto__":{"admin":true}}',
      ),
    ];
    for (const body of bodies) expect((await held(() => post(body, session))).status).toBe(400);
  });

  it("can't get a header decided on and a body forwarded", async () => {
    const attacker = modern(house.gateway.url, token);
    const params = { name: 'docs__drop', arguments: {} };
    for (const headers of [
      { 'mcp-name': 'docs__read' },
      { 'mcp-method': 'tools/list' },
      { 'mcp-protocol-version': '2025-11-25' },
    ])
      expect((await held(() => attacker.send('/mcp', 'tools/call', params, headers as never))).status).toBe(
        400,
      );
  });

  it('is judged by the rules in force when its body arrives', async () => {
    const url = new URL(`${house.gateway.url}/mcp`);
    const message = modernBody('tools/call', { name: 'docs__read', arguments: {} });
    const { request } = await import('node:http');
    const slow = request(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(message),
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'docs__read',
        // Once the gateway asks for the body, it has begun with this request.
        expect: '100-continue',
      },
    });
    const goOn = new Promise((resolve) => slow.once('continue', resolve));
    const answered = new Promise<string>((resolve, reject) => {
      slow.once('error', reject);
      slow.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () => resolve(text));
      });
    });
    slow.flushHeaders();
    await goOn;
    await house.enforce([{ name: 'stop', tools: 'docs/read', decision: { deny: 'stopped' } }, ...houseRules]);
    const arrived = house.docs.used.length;
    slow.end(message);
    expect(await answered).toContain('refused by rules.stop');
    expect(house.docs.used).toHaveLength(arrived);
    await house.enforce(houseRules);
  });
});
