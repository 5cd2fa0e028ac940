import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Attacker, modern, type Raw, raw } from './client.ts';
import { type House, openHouse } from './house.ts';

let house: House;
let agent: Attacker;
const tokens: Record<string, string> = {};
let turn = 0;

beforeAll(async () => {
  house = await openHouse();
  const admin = { audience: 'admin', roles: ['approver'] } as const;
  const people = {
    agent: { subject: 'agent', owner: 'mallory', roles: ['prompter'] },
    second: { subject: 'second-agent', owner: 'Mallory' },
    stranger: { subject: 'stranger', owner: 'bob' },
    mallory: { subject: 'mallory-admin', owner: ' MALLORY', ...admin, roles: [...admin.roles] },
    carol: { subject: 'carol', owner: 'carol@example.com', ...admin, roles: [...admin.roles] },
    carol2: { subject: 'carol-2', owner: 'Carol@Example.com', ...admin, roles: [...admin.roles] },
    auditor: { subject: 'audrey', owner: 'audrey', audience: 'admin' as const, roles: ['auditor'] },
  };
  for (const [name, person] of Object.entries(people)) tokens[name] = await house.token(person);
  agent = modern(house.gateway.url, tokens.agent);
});
beforeEach(() => {
  turn += 1;
  house.docs.used.length = 0;
});
afterAll(() => house[Symbol.asyncDispose]());

const told = ({ body }: Raw) =>
  (body.result?._meta ?? body.error?.data)?.['lockstep/decision'] ?? { kind: 'done' };
const write = (to: Attacker = agent, args: object = { path: `file-${turn}` }, tool = 'docs__write') =>
  to.send('/mcp', 'tools/call', { name: tool, arguments: args });
const resume = (approval: string, to: Attacker = agent) =>
  to.send('/mcp', 'tools/call', { name: 'lockstep__resume', arguments: { approval } });

const api = (who: string, path: string, body?: object) =>
  raw(`${house.gateway.url}/api/v1${path}`, {
    token: tokens[who],
    verb: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const look = async (id: string) => (await api('carol', `/approvals/${id}`)).body;
const verdict = async (who: string, id: string, seen?: string, kind = 'approve') =>
  api(who, `/approvals/${id}/verdict`, { verdict: kind, seen: seen ?? (await look(id)).seen });

async function asked(send: () => Promise<Raw> = () => write()): Promise<string> {
  const answer = told(await send());
  expect(answer.kind).toBe('waiting');
  return answer.approval.id;
}

describe('an approval', () => {
  it('lets one of many simultaneous calls through', async () => {
    const id = await asked();
    expect((await verdict('carol', id)).status).toBe(200);
    const race = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? write() : resume(id)));
    const kinds = (await Promise.all(race)).map((answer) => told(answer).kind);
    expect(kinds.filter((kind) => kind === 'done')).toHaveLength(1);
    expect(house.docs.used).toHaveLength(1);
  });

  it('covers exactly the arguments, the tool, the server and the method', async () => {
    const id = await asked();
    await verdict('carol', id);
    const path = `file-${turn}`;
    for (const args of [
      { path: `${path} ` },
      { path, extra: null },
      { path: path.toUpperCase() },
      { path, mode: 0 },
    ])
      expect(told(await write(agent, args)).kind).toBe('waiting');
    expect(told(await write(agent, { path }, 'docs__drop')).kind).toBe('waiting');
    expect(told(await write(agent, { path }, 'rogue__write')).kind).toBe('waiting');
    const unseen = await agent.send(
      '/mcp',
      'tools/call',
      { name: 'docs__write', arguments: { path } },
      { 'mcp-param-path': '/etc/passwd' },
    );
    expect(told(unseen).kind).toBe('invalid');
    const twice = await resume(id).then(() =>
      agent.send('/mcp', 'tools/call', {
        name: 'lockstep__resume',
        arguments: { approval: id, path: 'other' },
      }),
    );
    expect(twice.body.error.code).toBe(-32602);
    expect(house.docs.used.map(({ params }) => params.arguments)).toEqual([{ path }]);
  });

  it('forwards what was approved, without the reason given for it', async () => {
    const args = { path: `file-${turn}`, lockstep_reason: 'because' };
    const id = await asked(() => write(agent, args));
    await verdict('carol', id);
    await write(agent, { ...args, lockstep_reason: 'another' });
    expect(house.docs.used.map(({ params }) => params.arguments)).toEqual([{ path: `file-${turn}` }]);
    expect(JSON.stringify(house.docs.used)).not.toContain('because');
  });

  it("can't be resumed or discovered by anybody else", async () => {
    const id = await asked();
    await verdict('carol', id);
    for (const thief of ['stranger', 'second']) {
      const stolen = await resume(id, modern(house.gateway.url, tokens[thief]));
      const invented = await resume(`apr_${'x'.repeat(16)}`, modern(house.gateway.url, tokens[thief]));
      const plain = (answer: Raw) => answer.body.error.message.replace(/`[^`]+`/, '');
      expect(plain(stolen)).toBe(plain(invented));
    }
    expect(house.docs.used).toHaveLength(0);
  });

  it("isn't given by the requester, however they spell their name", async () => {
    const id = await asked();
    const { seen } = await look(id);
    expect((await verdict('mallory', id, seen)).status).toBe(403);
    expect((await verdict('auditor', id, seen)).status).toBe(403);
    expect((await verdict('agent', id, seen)).status).toBe(401);
    expect((await raw(`${house.gateway.url}/api/v1/approvals/${id}/verdict`, { body: '{}' })).status).toBe(
      401,
    );
    expect(told(await write()).approval).toMatchObject({ state: 'pending', have: 0 });
  });

  it('by two needs two humans, not two tokens or one human twice', async () => {
    const id = await asked(() => write(agent, { turn }, 'docs__drop'));
    expect((await verdict('carol', id)).status).toBe(200);
    expect((await verdict('carol2', id)).status).toBe(409);
    expect((await verdict('carol', id)).status).toBe(409);
    expect(told(await resume(id)).approval).toMatchObject({ state: 'pending', have: 1 });
    expect(house.docs.used).toHaveLength(0);
  });

  it('accepts no verdict that was given on another approval, and none after a denial', async () => {
    const one = await asked();
    const two = await asked(() => write(agent, { path: `other-${turn}` }));
    const { seen } = await look(one);
    expect((await verdict('carol', two, seen)).status).toBe(409);
    await verdict('carol', one, seen);
    expect((await verdict('carol', one, seen, 'deny')).status).toBe(200);
    expect((await verdict('carol', one, seen)).status).toBe(409);
    expect(told(await resume(one)).approval.state).toBe('denied');
    expect(house.docs.used).toHaveLength(0);
  });

  it("of a prompt doesn't carry out a tool with the same name", async () => {
    const id = await asked(() =>
      agent.send('/mcp', 'prompts/get', { name: 'docs__read', arguments: { topic: `t${turn}` } }),
    );
    await verdict('carol', id);
    expect((await resume(id)).body.error.message).toContain('is for the prompt');
    expect(house.docs.used).toHaveLength(0);
    await agent.send('/mcp', 'prompts/get', { name: 'docs__read', arguments: { topic: `t${turn}` } });
    expect(house.docs.used.map(({ method }) => method)).toEqual(['prompts/get']);
  });

  it('is void once a rule decides otherwise', async () => {
    const { houseRules } = await import('./house.ts');
    const id = await asked();
    await verdict('carol', id);
    await house.enforce([
      { name: 'two', tools: 'docs/write', decision: { approve: { quorum: 2 } } },
      ...houseRules,
    ]);
    expect(told(await resume(id)).approval.state).toBe('void');
    await house.enforce(houseRules);
    expect(told(await resume(id)).approval.state).toBe('void');
    expect(house.docs.used).toHaveLength(0);
  });

  it('is limited per principal, and others can still ask', async () => {
    const spammer = await house.token({ subject: `spammer-${turn}`, owner: 'sam' });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        write(modern(house.gateway.url, spammer), { path: `${turn}-${n}` }),
      ),
    );
    expect(answers.filter((answer) => told(answer).approval.state === 'pending')).toHaveLength(20);
    await asked(() => write(modern(house.gateway.url, tokens.stranger)));
  });
});

describe('the pages of approvals', () => {
  it('accept no verdict from another page, another session or another host', async () => {
    const { url } = house.gateway;
    const { origin, host } = new URL(url);
    const form = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
      raw(`${url}${path}`, {
        body: String(new URLSearchParams(fields)),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
    const signedIn = async (who: string) => {
      const { headers } = await form('/signin', { token: tokens[who] ?? '' }, { origin });
      expect(headers['set-cookie']).toMatch(/HttpOnly.*SameSite=Strict/);
      return String(headers['set-cookie']).split(';', 1)[0] ?? '';
    };
    const cookie = await signedIn('carol');
    const other = await signedIn('mallory');
    const id = await asked();
    const { seen } = await look(id);
    const page = (as: string) => raw(`${url}/approvals/${id}`, { verb: 'GET', headers: { cookie: as } });
    const tokenOf = (text: string) => /name="form"[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '';
    const own = tokenOf((await page(cookie)).text);
    const theirs = tokenOf((await page(other)).text);
    expect(own).not.toBe('');
    const decide = (fields: Record<string, string>, headers: Record<string, string>) =>
      form(`/approvals/${id}`, { verdict: 'approve', seen, ...fields }, { cookie, ...headers });
    for (const [fields, headers] of [
      [{ form: own }, { origin: 'http://evil.example' }],
      [{ form: own }, { origin: `http://${host.replace(/:\d+/, ':1')}` }],
      [{ form: own }, { origin: 'null' }],
      [{ form: own }, {}],
      [{ form: own }, { 'sec-fetch-site': 'same-site' }],
      [{ form: theirs }, { origin }],
      [{}, { origin }],
      [{ form: own }, { origin: 'http://evil.example', host: 'evil.example' }],
    ] as const)
      expect((await decide(fields as Record<string, string>, headers as Record<string, string>)).status).toBe(
        403,
      );
    const changed = `${cookie.slice(0, -2)}${cookie.endsWith('AA') ? 'BB' : 'AA'}`;
    expect((await decide({ form: own }, { origin, cookie: changed })).headers.location).toMatch(/^\/signin/);
    expect((await look(id)).have).toBe(0);
    expect((await decide({ form: own }, { origin })).status).toBe(303);
    expect((await look(id)).have).toBe(1);
  });
});
