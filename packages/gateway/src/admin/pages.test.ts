import { visible } from '@lockstep/model/internal';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findApprovalById } from '../approvals/queries.ts';
import { type AdminScene, openAdminScene } from '../testing/admin-scene.ts';
import { shownText } from './pages/text.ts';
import { argumentList } from './pages/values.ts';

const origin = 'http://localhost:7411';
let scene: AdminScene;
beforeAll(async () => {
  scene = await openAdminScene();
});
afterAll(async () => {
  expect(scene.failures).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

function submit(path: string, fields: Record<string, string>, headers: Record<string, string> = { origin }) {
  return scene.request(path, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

/** Signs in and returns the cookie. */
async function signIn(person: keyof AdminScene['secrets']): Promise<string> {
  const response = await submit('/signin', { token: scene.secrets[person], next: '/approvals' });
  expect([response.status, response.headers.get('location')]).toEqual([303, '/approvals']);
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

const open = async (path: string, cookie: string) =>
  (await scene.request(path, { headers: { cookie } })).text();

/** The value of a form's hidden field. */
const field = (page: string, name: string) =>
  new RegExp(`<form[^>]*action="/approvals/[^]*?name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? '';

async function decide(
  id: string,
  cookie: string,
  verdict: string,
  changes: Record<string, string> = {},
  headers = {},
) {
  const page = await open(`/approvals/${id}`, cookie);
  const fields = { verdict, note: '', form: field(page, 'form'), seen: field(page, 'seen'), ...changes };
  return submit(`/approvals/${id}`, fields, { origin, cookie, ...headers });
}

const stateOf = async (id: string) => (await scene.store.query(findApprovalById, { id }))?.state;

describe('signing in', () => {
  it("exchanges an admin token for a cookie that scripts and other sites can't use", async () => {
    const response = await submit('/signin', { token: ` ${scene.secrets.Anna}\n`, next: '/approvals/apr_1' });
    expect(response.headers.get('location')).toBe('/approvals/apr_1');
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^lockstep-prod=tok_[^;]+; Max-Age=3[56]\d\d; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(scene.secrets.Anna);
  });

  it.each([
    ['of another audience', () => scene.secrets.agent],
    ['that is unknown', () => 'lks_nope'],
    ['that is empty', () => ''],
  ])('refuses a token %s and records it', async (_, token) => {
    const response = await submit('/signin', { token: token() });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect(scene.records().at(-1)).toMatchObject({ kind: 'signin.refused', detail: { where: 'page' } });
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/approvals/../x',
    '/approvals/a?b',
    'javascript:alert(1)',
    '',
  ])("redirects only to the gateway's own pages: %j", async (next) => {
    const response = await submit('/signin', { token: scene.secrets.Anna, next });
    expect(response.headers.get('location')).toBe('/approvals');
  });

  it('asks visitors to sign in, and remembers where they wanted to go', async () => {
    const response = await scene.request('/approvals/apr_1');
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/signin?next=%2Fapprovals%2Fapr_1',
    ]);
    expect(await (await scene.request('/signin?next=/approvals/apr_1')).text()).toContain(
      'name="next" value="/approvals/apr_1"',
    );
  });

  it('reloads the page if a link from another site hid the cookie', async () => {
    const response = await scene.request('/approvals/apr_1', { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<meta http-equiv="refresh" content="0; url=/approvals/apr_1">');
  });

  it('ends with the token, when signing out, and for a forged cookie', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const token = {
      subject: 'x',
      owner: 'Xenia',
      roles: ['security'],
      audience: 'admin' as const,
      expiresAt,
    };
    const created = await scene.tokens.create(token, { name: 'operator' });
    if ('refused' in created) throw new Error(created.refused);
    const response = await submit('/signin', { token: created.token });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await open('/approvals', cookie)).toContain('Xenia');

    const status = async (of: string) =>
      (await scene.request('/approvals', { headers: { cookie: of } })).status;
    const [name = '', value = ''] = cookie.split('=');
    const [id, expiry, ...mac] = value.split('.');
    const other = (await signIn('Anna')).split('=')[1]?.split('.')[0];
    for (const forged of [
      `${id}.${Number(expiry) + 1000}.${mac.join('.')}`,
      `${other}.${expiry}.${mac.join('.')}`,
      `${id}.${expiry}.x`,
      `${id}`,
      '',
    ]) {
      expect([forged, await status(`${name}=${forged}`)]).toEqual([forged, 303]);
    }
    expect(await status(cookie)).toBe(200);
    await scene.tokens.revoke(created.info.id, { name: 'operator' });
    expect(await status(cookie)).toBe(303);
  });

  it('signs out', async () => {
    const cookie = await signIn('Anna');
    const form = /name="form" value="([^"]+)"/.exec(await open('/approvals', cookie))?.[1] ?? '';
    expect((await submit('/signout', { form: 'x' }, { origin, cookie })).status).toBe(403);
    const out = await submit('/signout', { form }, { origin, cookie });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('Max-Age=0')]);
  });
});

describe('the page of an approval', () => {
  it('accepts the verdicts of two humans', async () => {
    const { id } = await scene.ask();
    const [anna, carol] = [await signIn('Anna'), await signIn('Carol')];
    const first = await decide(id, anna, 'approve', { note: 'fine' });
    expect([first.status, first.headers.get('location')]).toEqual([303, `/approvals/${id}`]);
    expect(await open(`/approvals/${id}`, anna)).toContain('You have approved');
    expect(await open('/approvals', carol)).toContain('waiting · 1 of 2');
    await decide(id, carol, 'approve');
    expect(await stateOf(id)).toMatchObject({ state: 'approved', have: 2 });
  });

  it('shows everything and runs nothing', async () => {
    const { id } = await scene.ask({
      path: 'a\u202Eb',
      one: 1,
      text: '1',
      html: '</dd><script>alert(1)</script>',
      long: 'y'.repeat(20_000),
      '<b>': null,
      list: [],
      lines: 'a\nb',
    });
    const response = await scene.request(`/approvals/${id}`, { headers: { cookie: await signIn('Anna') } });
    const page = await response.text();
    expect(page).toContain('a<span class="hidden">\\u202e</span>b');
    expect(page).not.toContain('\u202E');
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('y'.repeat(20_000));
    expect(page).toContain('<code class="key">&lt;b&gt;</code> <span class="type">null</span>');
    expect(page).toContain(
      '<code class="key">one</code> <span class="type">number</span><code class="literal">1</code>',
    );
    expect(page).toMatch(/<code class="key">text<\/code> <span class="type">string · 1 character<\/span>/);
    expect(page).toContain('Writes a file.');
    expect(page).toContain('The user wants it.');
    expect(page).toContain('which nobody has checked');
    expect(page).toContain('npm:files@1.0.0');
    expect(page).toContain('rules.two-people');
    expect(page).toContain('claude-code 2');
  });

  it('forbids scripts, frames, and everything from other origins', async () => {
    const response = await scene.request('/signin');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    });
    for (const path of ['/nothing', '/approvals', '/api/v1/status']) {
      expect((await scene.request(path)).headers.get('content-security-policy')).toBe(policy);
    }
  });

  it('accepts no form from another page or session', async () => {
    const { id } = await scene.ask({ csrf: 1 });
    const [anna, carol] = [await signIn('Anna'), await signIn('Carol')];
    const carols = field(await open(`/approvals/${id}`, carol), 'form');
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:3000' },
      { origin: 'null' },
    ]) {
      expect((await decide(id, anna, 'approve', {}, headers)).status).toBe(403);
    }
    const page = await open(`/approvals/${id}`, anna);
    const fields = { verdict: 'approve', seen: field(page, 'seen'), form: field(page, 'form') };
    expect((await submit(`/approvals/${id}`, fields, { cookie: anna })).status).toBe(403);
    const sameSite = { cookie: anna, 'sec-fetch-site': 'same-site' };
    expect((await submit(`/approvals/${id}`, fields, sameSite)).status).toBe(403);
    expect((await decide(id, anna, 'approve', { form: carols })).status).toBe(403);
    expect((await decide(id, anna, 'approve', { form: '' })).status).toBe(403);
    expect((await submit(`/approvals/${id}`, fields)).headers.get('location')).toContain('/signin');
    expect(await stateOf(id)).toMatchObject({ state: 'pending', have: 0 });
    // Browsers that send no Origin say in another header where a form comes from.
    await submit(`/approvals/${id}`, fields, { cookie: anna, 'sec-fetch-site': 'same-origin' });
    expect(await stateOf(id)).toMatchObject({ have: 1 });
  });

  it('says above the approval why a verdict is refused', async () => {
    const { id } = await scene.ask({ why: 1 });
    const ben = await signIn('Ben');
    const page = await open(`/approvals/${id}`, ben);
    expect(page).toContain('another human must decide');
    expect(page).not.toContain('value="approve"');
    const anna = await signIn('Anna');
    const stale = await decide(id, anna, 'approve', { seen: 'something else' });
    expect(stale.status).toBe(409);
    expect(await stale.text()).toContain('class="notice bad"');
    expect((await decide(id, anna, 'maybe')).status).toBe(400);
    expect(await stateOf(id)).toMatchObject({ have: 0 });
  });

  it('shows the arguments only to approvers', async () => {
    const { id } = await scene.ask({ content: 'for approvers only' });
    expect(await open(`/approvals/${id}`, await signIn('Audrey'))).not.toContain('for approvers only');
  });

  it('says how the approval ended', async () => {
    const { id } = await scene.ask({ end: 1 });
    const anna = await signIn('Anna');
    await decide(id, anna, 'deny', { note: 'Not <today>.' });
    const page = await open(`/approvals/${id}`, anna);
    expect(page).toContain('Not &lt;today&gt;.');
    expect(page).toContain('The arguments were wiped');
    expect(page).not.toContain('value="approve"');
  });

  it("is one of our pages even if the approval doesn't exist", async () => {
    const response = await scene.request('/approvals/apr_nope', {
      headers: { cookie: await signIn('Anna') },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'text/html; charset=UTF-8',
    ]);
    expect((await scene.request('/', {})).headers.get('location')).toBe('/approvals');
  });
});

describe('texts and values on pages', () => {
  const textOf = (html: string) =>
    html
      .replace(/<span class="sign">.<\/span>/g, '')
      .replace(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');

  it('show every character of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const html = String(shownText(text));
        const line = html.replace(/[\n\t]/g, '');
        expect(visible(line)).toBe(line);
        // Escaped characters are read back as what they were.
        const read = textOf(
          html.replace(/<span class="hidden">((?:\\u[0-9a-f]{4})+)<\/span>/g, (_, codes: string) =>
            JSON.parse(`"${codes}"`),
          ),
        );
        expect(read).toBe(text);
      }),
    );
  });

  it('show every value of any arguments', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue()), (args) => {
        const text = textOf(String(argumentList(args, () => undefined)));
        const visit = (value: unknown): void => {
          if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
            for (const inner of Object.values(value)) visit(inner);
          } else if (typeof value !== 'string') expect(text).toContain(JSON.stringify(value));
          else if (/^[\x20-\x7e]*$/.test(value)) expect(text).toContain(`"${value}"`);
        };
        if (Object.keys(args).length > 0) visit(args);
      }),
    );
  });

  it('become JSON, in full, if they are large or deep', () => {
    const large = String(argumentList({ list: Array.from({ length: 5000 }, (_, n) => n) }, () => undefined));
    expect(large).toContain('<pre class="json">');
    expect(large).toContain('4999');
    let deep: unknown = 'the bottom';
    for (let level = 0; level < 60; level += 1) deep = { deep };
    expect(String(argumentList({ deep }, () => undefined))).toContain('the bottom');
  });

  it('say that there are no arguments', () => {
    expect(String(argumentList({}, () => undefined))).toContain('no arguments');
  });
});
