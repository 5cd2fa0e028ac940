import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { legacy, modern, raw } from './client.ts';
import { type House, openHouse } from './house.ts';

let house: House;
let mine: string;
let theirs: string;
let url: string;

beforeAll(async () => {
  house = await openHouse();
  url = house.gateway.url;
  mine = await house.token({ subject: 'agent', owner: 'mallory' });
  theirs = await house.token({ subject: 'victim', owner: 'vera' });
});
afterAll(() => house[Symbol.asyncDispose]());

/** The last record other than those of servers that come and go, which no caller causes here. */
const lastOfCallers = () => house.records().findLast(({ kind }) => !kind.startsWith('server.'));

const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
const cancelFirst = JSON.stringify({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId: 1 },
});

describe('a caller', () => {
  it('is checked before the body is read', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const head = [
      'POST /mcp HTTP/1.1',
      `host: ${hostname}:${port}`,
      'authorization: Bearer nonsense',
      'content-type: application/json',
      'content-length: 4000000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{"held":`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
    expect(lastOfCallers()).toMatchObject({ kind: 'signin.refused' });
  });

  it.each(['Bearer nonsense', 'Bearer ', 'Basic YTpi', 'bearer lks_x extra', ''])(
    "isn't the local user with the credential %j",
    async (authorization) => {
      const answer = await raw(`${url}/mcp`, { body: list, headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(lastOfCallers()).toMatchObject({ kind: 'signin.refused' });
    },
  );

  it.each([
    ['x-forwarded-for', '127.0.0.1'],
    ['forwarded', 'for=127.0.0.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-real-ip', '127.0.0.1'],
  ])("isn't the local user through a proxy (%s)", async (name, value) => {
    expect((await raw(`${url}/mcp`, { body: list, headers: { [name]: value } })).status).toBe(401);
  });

  it.each([
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
    { host: '127.0.0.1.evil.example' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { origin: 'http://localhost@evil.example' },
  ])("isn't a web page (%j)", async (headers) => {
    expect((await raw(`${url}/mcp`, { body: list, headers: headers as never })).status).toBe(403);
    expect((await raw(`${url}/approvals`, { verb: 'GET', headers: headers as never })).status).toBe(403);
  });

  it("isn't an administrator with an agent's token, nor an agent with an administrator's", async () => {
    const admin = await house.token({ subject: 'adam', owner: 'adam', audience: 'admin', roles: ['admin'] });
    expect((await raw(`${url}/api/v1/tokens`, { verb: 'GET', token: mine })).status).toBe(401);
    expect((await raw(`${url}/api/v1/tokens`, { verb: 'GET' })).status).toBe(401);
    expect((await raw(`${url}/mcp`, { body: list, token: admin })).status).toBe(401);
    const onSocket = { 'x-on-socket': 'true', onsocket: 'true' };
    expect((await raw(`${url}/api/v1/tokens`, { verb: 'GET', headers: onSocket })).status).toBe(401);
  });
});

describe('a session', () => {
  it('serves its own principal at its own endpoint, and nobody can choose its id', async () => {
    const { id } = await legacy(url, '/mcp', theirs);
    const use = (path: string, token: string | undefined, verb = 'POST', session = id) =>
      raw(`${url}${path}`, {
        verb,
        token,
        headers: { 'mcp-session-id': session },
        ...(verb === 'POST' && { body: list }),
      });
    for (const verb of ['POST', 'GET', 'DELETE']) {
      expect((await use('/mcp', mine, verb)).status).toBe(404);
      expect((await use('/mcp', undefined, verb)).status).toBe(404);
      expect((await use('/mcp/docs', theirs, verb)).status).toBe(404);
    }
    expect((await use('/mcp', mine, 'POST', 'chosen-by-me')).status).toBe(404);
    const fixed = await raw(`${url}/mcp`, {
      token: mine,
      headers: { 'mcp-session-id': id },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25' },
      }),
    });
    expect(fixed.headers['mcp-session-id']).not.toBe(id);
    expect((await use('/mcp', theirs)).status).toBe(200);
  });

  it("can't cancel calls of another session", async () => {
    const victim = await legacy(url, '/mcp', theirs);
    const attacker = await legacy(url, '/mcp', mine);
    const arrived = Promise.withResolvers<() => void>();
    house.docs.say = (response, { id }) =>
      arrived.resolve(() =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })),
      );
    const pending = victim.send('/mcp', 'tools/call', { name: 'docs__read', arguments: {} });
    const answer = await arrived.promise;
    for (const session of [attacker.id, victim.id])
      await raw(`${url}/mcp`, { token: mine, headers: { 'mcp-session-id': session }, body: cancelFirst });
    answer();
    expect((await pending).body.result.isError).toBeUndefined();
    house.docs.say = undefined;
  });
});

describe('a call that nobody waits for', () => {
  /** Makes the server hold the next call. Resolves once it has the call, to a promise of its connection's end. */
  function held(): Promise<{ closed: Promise<unknown> }> {
    const arrived = Promise.withResolvers<{ closed: Promise<unknown> }>();
    house.docs.say = (response) => arrived.resolve({ closed: once(response, 'close') });
    return arrived.promise.finally(() => {
      house.docs.say = undefined;
    });
  }
  const use = { name: 'docs__read', arguments: {} };
  const cancelled = { kind: 'call', target: 'docs/read', outcome: 'cancelled' };

  it.each(['legacy', 'modern'] as const)('ends when its client goes away (%s)', async (era) => {
    const client = era === 'modern' ? modern(url, mine) : await legacy(url, '/mcp', mine);
    const calls = () => house.records().filter(({ kind }) => kind === 'call').length;
    const before = calls();
    const [leave, call] = [new AbortController(), held()];
    const sent = client.send('/mcp', 'tools/call', use, {}, leave.signal);
    const { closed } = await call;
    leave.abort();
    await expect(sent).rejects.toThrow();
    await closed;
    await vi.waitFor(() => expect(calls()).toBe(before + 1));
    expect(lastOfCallers()).toMatchObject(cancelled);
  });

  it('ends when its client cancels it, and says so', async () => {
    const client = await legacy(url, '/mcp', mine);
    const call = held();
    const sent = client.send('/mcp', 'tools/call', use);
    const { closed } = await call;
    await raw(`${url}/mcp`, { token: mine, headers: { 'mcp-session-id': client.id }, body: cancelFirst });
    await closed;
    const { body: answer } = await sent;
    expect(answer.result.isError).toBe(true);
    expect(answer.result.content[0].text).toContain('docs/read was cancelled');
    expect(lastOfCallers()).toMatchObject(cancelled);
  });
});

describe('bytes', () => {
  /** Sends bytes and reads until the gateway closes the connection or answers with the text. */
  async function bytes(text: string, until?: string): Promise<string> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    let answer = '';
    const done = new Promise<void>((resolve) => {
      socket.setEncoding('utf8').on('data', (chunk) => {
        answer += chunk;
        if (until !== undefined && answer.includes(until)) socket.destroy();
      });
      socket.once('close', () => resolve()).once('error', () => resolve());
    });
    socket.write(text);
    await done;
    return answer;
  }
  const head = (extra: string) =>
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${new URL(url).port}\r\nContent-Type: application/json\r\n${extra}\r\n`;
  const smuggled = () => `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${new URL(url).port}\r\n\r\n`;

  it.each([
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 60\r\n'],
    ['length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['odd chunks', 'Transfer-Encoding: chunked, identity\r\n'],
    ['a signed length', 'Content-Length: +4\r\n'],
    ['a folded header', 'X-A: b\r\n c: d\r\nContent-Length : 4\r\n'],
  ])('smuggle no second request (%s)', async (_name, headers) => {
    const answer = await bytes(`${head(headers)}0\r\n\r\n${smuggled()}`);
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect(answer).not.toContain('"ok"');
  });

  it('over the limit are refused, whether their size is announced or not', async () => {
    const size = 5 * 1024 * 1024;
    const announced = await raw(`${url}/mcp`, { token: mine, body: 'x'.repeat(size) });
    expect(announced.status).toBe(413);
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
    expect(
      await bytes(`${head('Transfer-Encoding: chunked\r\n')}${chunk.repeat(size / 65_536)}`, '413'),
    ).toMatch(/^HTTP\/1.1 413/);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
  ])('of type %s are refused, so that no page can send one unasked', async (type) => {
    expect(
      (await raw(`${url}/mcp`, { token: mine, body: list, headers: { 'content-type': type } })).status,
    ).toBe(415);
  });

  it.each(['PUT', 'PATCH', 'OPTIONS', 'HEAD'])('with the verb %s do nothing', async (verb) => {
    expect((await raw(`${url}/mcp`, { verb, token: mine })).status).toBe(405);
  });

  it.each([
    '/mcp/',
    '/mcp/..',
    '/mcp/%64ocs',
    '/mcp/DOCS',
    '/mcp/docs/',
    '/mcp//docs',
    '/mcp/__proto__',
    '//mcp',
  ])('at %s reach no server', async (path) => {
    const before = house.docs.used.length;
    const { hostname, port } = new URL(url);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
    const answer = await bytes(
      `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 40[34]/);
    expect(house.docs.used).toHaveLength(before);
  });
});

describe('stored data', () => {
  it('contains no token and no sensitive argument in clear, and nobody else can read it', async () => {
    const agent = modern(url, mine);
    const call = (args: object, headers = {}) =>
      agent.send('/mcp', 'tools/call', { name: 'docs__hook', arguments: args }, headers);
    await call({ signature: 'hunter2-value' }, { 'mcp-param-signature': 'hunter2-value' });
    await call({ signature: 'hunter2-value' }, { 'mcp-param-signature': 'hunter2-other' });
    await call({ signature: 'hunter2-value' });
    await call({ api_key: 'hunter2-value' });
    await agent.send('/mcp', 'tools/call', { name: 'docs__write', arguments: { password: 'hunter2-value' } });
    const paths = readdirSync(house.stateDir, { recursive: true, withFileTypes: true });
    expect(paths.length).toBeGreaterThan(8);
    for (const entry of paths) {
      const path = join(entry.parentPath, entry.name);
      const open = statSync(path).mode & 0o077;
      if (entry.isDirectory() || path.includes('/data/') || path.includes('/keys/') || path.includes('/run/'))
        expect([path, path.endsWith('.pub.pem') ? 0 : open]).toEqual([path, 0]);
      if (!entry.isFile()) continue;
      const content = readFileSync(path, 'latin1');
      expect([path, content.includes(mine), content.includes('hunter2')]).toEqual([path, false, false]);
    }
    expect(JSON.stringify(house.docs.used.at(-1))).not.toContain(mine);
  });

  it("doesn't grow with what an agent makes up", async () => {
    const agent = modern(url, mine);
    const long = 'x'.repeat(1_000_000);
    const from = house.records().length;
    const headers = { 'mcp-name': 'x' };
    await agent.send('/mcp', 'tools/call', { name: long, arguments: {} }, headers);
    await agent.send('/mcp', 'tools/call', { name: 'docs__read', arguments: { [long]: long } });
    await agent.send('/mcp', 'resources/read', { uri: `docs+file:///${long}` }, headers);
    await agent.send('/mcp', 'completion/complete', {
      ref: { type: 'ref/resource', uri: `docs+file:///${long}` },
      argument: { name: long, value: long },
    });
    await agent.send('/mcp', long, {}, { 'mcp-method': 'x' });
    const session = await legacy(url, '/mcp', mine);
    await session.send('/mcp', 'resources/read', { uri: `docs+file:///${long}` });
    const records = house.records().slice(from);
    expect(records.length).toBeGreaterThanOrEqual(7);
    expect(Math.max(...records.map((record) => JSON.stringify(record).length))).toBeLessThan(20_000);
  });

  it('records whatever an agent sends as one line of JSON each', async () => {
    const name = 'docs__x"}\n{"kind":"approval.used"}\u202e';
    await modern(url, mine).send('/mcp', 'tools/call', { name, arguments: {} });
    const last = lastOfCallers();
    expect(last).toMatchObject({ kind: 'call', outcome: 'refused' });
    expect(house.records().filter(({ kind }) => kind === 'approval.used')).toEqual([]);
  });
});
