import {
  type ApprovalDetail,
  approvalDetailSchema,
  approvalListSchema,
  auditSearchSchema,
  createdTokenSchema,
  problemSchema,
  statusSchema,
  tokenListSchema,
  verificationSchema,
} from '@lockstep/model/admin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminScene, openAdminScene } from '../testing/admin-scene.ts';

let scene: AdminScene;
beforeAll(async () => {
  scene = await openAdminScene();
});
afterAll(async () => {
  expect(scene.failures).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

type Person = keyof AdminScene['secrets'] | 'operator' | 'nobody';

function call(person: Person, path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
  const token = person === 'operator' || person === 'nobody' ? undefined : scene.secrets[person];
  return scene.request(
    `/api/v1${path}`,
    {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
    person === 'operator' ? { onSocket: true } : {},
  );
}

const show = async (person: Person, id: string): Promise<ApprovalDetail> =>
  approvalDetailSchema.parse(await (await call(person, `/approvals/${id}`)).json());

/** The sentence in a refusal. */
async function refusal(response: Response): Promise<string> {
  return problemSchema.parse(await response.json()).error;
}

async function decide(person: Person, id: string, verdict: 'approve' | 'deny', seen?: string, note?: string) {
  const quoted = seen ?? (await show('Anna', id)).seen;
  return call(person, `/approvals/${id}/verdict`, {
    verdict,
    seen: quoted,
    ...(note !== undefined && { note }),
  });
}

describe('access', () => {
  it('refuses everybody without an admin token', async () => {
    for (const path of [
      '/approvals',
      '/tokens',
      '/audit/verify',
      '/audit/search',
      '/audit/export',
      '/status',
    ]) {
      const anonymous = await call('nobody', path);
      expect([path, anonymous.status]).toEqual([path, 401]);
      expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
      expect((await call('agent', path)).status).toBe(401);
    }
  });

  it('says that an `mcp` token is for something else, even on the socket, and records it', async () => {
    const response = await scene.request(
      '/api/v1/status',
      { headers: { authorization: `Bearer ${scene.secrets.agent}` } },
      { onSocket: true },
    );
    expect(response.status).toBe(401);
    expect(await refusal(response)).toContain('is for `mcp`, not `admin`');
    expect(scene.records().at(-1)).toMatchObject({
      kind: 'signin.refused',
      credential: expect.stringMatching(/^tok_/),
      outcome: 'refused',
      detail: { where: 'api' },
    });
  });

  it.each([
    ['GET', '/tokens', 'Anna', 'admin'],
    ['POST', '/tokens', 'Audrey', 'admin'],
    ['DELETE', '/tokens/tok_x', 'Anna', 'admin'],
    ['GET', '/audit/verify', 'Anna', 'auditor'],
    ['GET', '/audit/search', 'Adam', 'auditor'],
    ['GET', '/audit/export', 'Adam', 'auditor'],
  ] as const)("%s %s isn't for %s, who lacks the role %s", async (method, path, person, role) => {
    const response = await call(person, path, method === 'POST' ? {} : undefined, method);
    expect(response.status).toBe(403);
    expect(await refusal(response)).toContain(`\`${role}\``);
  });

  it('refuses a rebound name and a page from elsewhere, but not on the socket', async () => {
    const headers = { host: 'evil.example', authorization: `Bearer ${scene.secrets.Adam}` };
    expect((await scene.request('/api/v1/status', { headers })).status).toBe(403);
    const cross = { origin: 'https://evil.example', authorization: `Bearer ${scene.secrets.Adam}` };
    expect((await scene.request('/api/v1/status', { headers: cross })).status).toBe(403);
    expect(
      (await scene.request('/api/v1/status', { headers: { host: 'x' } }, { onSocket: true })).status,
    ).toBe(200);
  });

  it("doesn't accept a cookie", async () => {
    const signedIn = await scene.request('/signin', {
      method: 'POST',
      headers: { origin: 'http://localhost:7411' },
      body: new URLSearchParams({ token: scene.secrets.Adam }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).toContain('lockstep-prod=');
    expect((await scene.request('/api/v1/tokens', { headers: { cookie } })).status).toBe(401);
  });
});

describe('approvals', () => {
  it('shows an approver everything', async () => {
    const { id } = await scene.ask({ path: 'a', count: 1, text: '1' });
    expect(await show('Anna', id)).toMatchObject({
      id,
      state: 'pending',
      have: 0,
      quorum: 2,
      target: 'files/write_file',
      class: 'write',
      arguments: { path: 'a', count: 1, text: '1' },
      argumentsHidden: null,
      seen: expect.any(String),
      reason: 'The user wants it.',
      requester: { subject: 'agent', owner: 'Ben' },
      mayNotDecide: null,
      hasApproved: false,
      url: `http://localhost:7411/approvals/${id}`,
    });
  });

  it('hides the arguments from others, and says why', async () => {
    const { id } = await scene.ask();
    for (const person of ['operator', 'Adam', 'Audrey'] as const) {
      const shown = await show(person, id);
      expect(shown).toMatchObject({ arguments: null, seen: null, mayNotDecide: expect.any(String) });
      expect(shown.argumentsHidden).toContain('security');
      expect(JSON.stringify(shown)).not.toContain('Hello');
    }
    expect(await show('Ben', id)).toMatchObject({ mayNotDecide: expect.stringContaining('another human') });
  });

  it('needs two verdicts of two humans', async () => {
    const { id } = await scene.ask({ two: 1 });
    expect(await (await decide('Anna', id, 'approve')).json()).toMatchObject({ have: 1, hasApproved: true });
    expect((await decide('Anna', id, 'approve')).status).toBe(409);
    expect((await decide('Ben', id, 'approve')).status).toBe(403);
    expect((await decide('Adam', id, 'approve')).status).toBe(403);
    expect(await (await decide('Carol', id, 'approve')).json()).toMatchObject({ state: 'approved', have: 2 });
  });

  it('accepts no verdict from the operator', async () => {
    const { id } = await scene.ask({ operator: 1 });
    for (const verdict of ['approve', 'deny'] as const) {
      const response = await decide('operator', id, verdict);
      expect(response.status).toBe(403);
      expect(await refusal(response)).toContain('admin token');
    }
    expect((await call('operator', `/approvals/${id}/revoke`, { why: 'x' })).status).toBe(403);
    expect(await show('Anna', id)).toMatchObject({ state: 'pending', verdicts: [] });
  });

  it('accepts no verdict that quotes something else', async () => {
    const [{ id }, other] = [await scene.ask({ seen: 1 }), await scene.ask({ seen: 2 })];
    const seen = (await show('Anna', other.id)).seen ?? '';
    const response = await decide('Anna', id, 'approve', seen);
    expect(response.status).toBe(409);
    expect(await refusal(response)).toContain('look at the approval again');
  });

  it('shows nothing and accepts no verdict if the stored request was altered', async () => {
    const { id } = await scene.ask({ altered: 1 });
    const other = await scene.ask({ altered: 2 });
    scene.write(
      `update approvals set arguments = (select arguments from approvals where id = '${other.id}') where id = '${id}'`,
    );
    expect(await show('Anna', id)).toMatchObject({
      arguments: null,
      seen: null,
      argumentsHidden: expect.stringContaining("isn't what the requester sent"),
    });
  });

  it("keeps a denial's note", async () => {
    const { id } = await scene.ask({ deny: 1 });
    await decide('Anna', id, 'deny', undefined, ' Not today. ');
    expect(await show('Carol', id)).toMatchObject({
      state: 'denied',
      why: 'Not today.',
      deniedBy: 'Anna',
      arguments: null,
      verdicts: [{ owner: 'Anna', verdict: 'deny', note: 'Not today.' }],
      mayNotDecide: expect.stringContaining('denied'),
    });
  });

  it('can be revoked by an administrator or an approver', async () => {
    for (const person of ['Adam', 'Anna'] as const) {
      const { id } = await scene.ask({ revoke: person });
      expect((await call('Audrey', `/approvals/${id}/revoke`, { why: 'mine' })).status).toBe(403);
      expect(await (await call(person, `/approvals/${id}/revoke`, { why: 'no need' })).json()).toMatchObject({
        state: 'void',
        why: `${person} revoked it: no need`,
      });
      expect((await call(person, `/approvals/${id}/revoke`, { why: 'again' })).status).toBe(409);
    }
  });

  it('lists the open ones, or all', async () => {
    const { id } = await scene.ask({ list: 1 });
    await decide('Anna', id, 'deny');
    const still = await scene.ask({ list: 2 });
    const list = async (query: string) =>
      approvalListSchema
        .parse(await (await call('operator', `/approvals${query}`)).json())
        .approvals.map((one) => one.id);
    expect(await list('')).toContain(still.id);
    expect(await list('')).not.toContain(id);
    expect(await list('?state=all')).toEqual(expect.arrayContaining([still.id, id]));
    expect(await list('?limit=1')).toHaveLength(1);
    expect(await list('?for=me')).toEqual([]);
    const mine = await (await call('Anna', '/approvals?for=me')).json();
    expect(approvalListSchema.parse(mine).approvals.map((one) => one.id)).toContain(still.id);
    expect((await call('operator', '/approvals?state=none')).status).toBe(400);
  });

  it('says in one sentence what is wrong with a request', async () => {
    const { id } = await scene.ask({ wrong: 1 });
    expect(await refusal(await call('Anna', '/approvals/apr_nope'))).toContain('no such approval');
    const bad = await call('Anna', `/approvals/${id}/verdict`, { verdict: 'maybe', seen: 'x', extra: 1 });
    expect(bad.status).toBe(400);
    expect(await refusal(bad)).toBe(
      'verdict: must be `approve` or `deny`. extra: unknown field; remove it or correct its spelling.',
    );
    const noJson = await scene.request(`/api/v1/approvals/${id}/verdict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.secrets.Anna}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect([noJson.status, await refusal(noJson)]).toEqual([400, "The body isn't JSON; correct it."]);
    const form = await scene.request(`/api/v1/approvals/${id}/verdict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.secrets.Anna}` },
      body: new URLSearchParams({ verdict: 'approve' }),
    });
    expect(form.status).toBe(415);
    expect((await call('Anna', '/nothing')).status).toBe(404);
  });
});

describe('tokens', () => {
  const token = {
    subject: 'new',
    owner: 'Nora',
    roles: ['reader'],
    audience: 'mcp',
    expiresAt: '2999-01-01T00:00:00Z',
  };

  it.each(['operator', 'Adam'] as const)('are managed by %s', async (person) => {
    const response = await call(person, '/tokens', token);
    expect(response.status).toBe(201);
    const created = createdTokenSchema.parse(await response.json());
    expect(scene.tokens.authenticate(created.token, 'mcp')).toMatchObject({ principal: { owner: 'Nora' } });
    const listed = await (await call(person, '/tokens')).text();
    expect(tokenListSchema.parse(JSON.parse(listed)).tokens.map(({ id }) => id)).toContain(created.id);
    expect(listed).not.toContain(created.token);
    expect(await (await call(person, `/tokens/${created.id}`, undefined, 'DELETE')).json()).toMatchObject({
      revokedBy: person,
    });
    expect(scene.tokens.authenticate(created.token, 'mcp')).toHaveProperty('refused');
    expect((await call(person, '/tokens/tok_nope', undefined, 'DELETE')).status).toBe(404);
  });

  it('have one audience, an owner and an expiry', async () => {
    for (const [field, value] of [
      ['audience', ['mcp', 'admin']],
      ['owner', undefined],
      ['expiresAt', undefined],
    ] as const) {
      const response = await call('operator', '/tokens', { ...token, [field]: value });
      expect([response.status, await refusal(response)]).toEqual([
        400,
        expect.stringContaining(`${field}: `),
      ]);
    }
    const past = await call('operator', '/tokens', { ...token, expiresAt: '2020-01-01T00:00:00Z' });
    expect([past.status, await refusal(past)]).toEqual([409, expect.stringContaining('past')]);
  });
});

describe('audit and status', () => {
  it('verifies, even against an earlier head', async () => {
    const verify = async (query = '') =>
      verificationSchema.parse(await (await call('Audrey', `/audit/verify${query}`)).json());
    const whole = await verify();
    expect(whole).toMatchObject({ ok: true, problems: [] });
    const [head] = whole.heads;
    const text = `${head?.writer}:${head?.epoch}:${head?.seq}:${head?.hash}`;
    expect(await verify(`?expectHead=${text}`)).toMatchObject({ ok: true });
    const later = text.replace(/:(\d+):sha256/, (_, seq) => `:${Number(seq) + 1000}:sha256`);
    expect(await verify(`?expectHead=${later}`)).toMatchObject({ ok: false });
    expect((await call('Audrey', '/audit/verify?expectHead=x')).status).toBe(400);
  });

  it('searches for events', async () => {
    const { id } = await scene.ask({ search: 1 });
    await decide('Ben', id, 'approve');
    const search = async (query: string) =>
      auditSearchSchema.parse(await (await call('operator', `/audit/search?${query}`)).json()).records;
    expect(await search(`approval=${id}`)).toMatchObject([
      { record: { kind: 'approval.verdict', outcome: 'refused' } },
      { record: { kind: 'approval.requested' } },
    ]);
    expect(await search('kind=token.created&limit=2')).toHaveLength(2);
    expect(await search(`tool=files/*&from=2999-01-01T00:00:00Z`)).toEqual([]);
    expect((await call('operator', '/audit/search?from=yesterday')).status).toBe(400);
    expect((await call('operator', '/audit/search?tol=x')).status).toBe(400);
  });

  it('opens salts for auditors only', async () => {
    const time = new Date().toISOString();
    const { salt: opened, sealed: salt } = scene.keys.newSalt();
    await scene.store.append(
      { kind: 'call', time, environment: 'prod', target: 'files/salted', salt },
      'durable',
    );
    const salts = async (person: Person) =>
      auditSearchSchema
        .parse(await (await call(person, '/audit/search?tool=files/salted')).json())
        .records.map((found) => found.salt);
    expect(await salts('Audrey')).toEqual([opened]);
    expect(await salts('operator')).toEqual([null]);
  });

  it('exports lines that end in a manifest', async () => {
    const response = await call('Audrey', '/audit/export');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, -1)).toEqual(scene.records().slice(0, lines.length - 1));
    expect(lines.at(-1)).toMatchObject({
      manifest: { records: lines.length - 1 },
      signature: expect.any(String),
    });
  });

  it('shows the status', async () => {
    const status = statusSchema.parse(await (await call('Anna', '/status')).json());
    expect(status).toMatchObject({ environment: 'prod', approvalsWaiting: expect.any(Number) });
    expect(status.approvalsWaiting).toBeGreaterThan(0);
  });
});
