import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Asked,
  kv2,
  login,
  openScriptedVault,
  refusal,
  type Told,
} from '@lockstep/testing/scripted-vault';
import { afterAll, describe, expect, it } from 'vitest';
import { createVaultClient, type VaultClientOptions } from './vault-client.ts';
import { connectVault, type VaultServerOptions } from './vault-server.ts';
import type { VaultLogin } from './vault-session.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-vault-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const jwtPath = join(folder, 'jwt');
writeFileSync(jwtPath, 'first-jwt\n');

const kubernetes: VaultLogin = { method: 'kubernetes', mount: 'kubernetes', role: 'mcp-docs', jwtPath };
const mount = { path: 'mcp', version: 2 } as const;

/** A client of a scripted Vault, and the requests that arrived there. */
async function openClient(
  script: (asked: Asked, nth: number) => Told,
  options: Partial<VaultClientOptions> & { connect?: Partial<VaultServerOptions> } = {},
) {
  let count = 0;
  const vault = await openScriptedVault((asked) => {
    count += 1;
    return script(asked, count);
  });
  const { connect, ...rest } = options;
  const server = connectVault({ address: vault.address, firstPause: 1, ...connect });
  const client = createVaultClient({ server, login: kubernetes, mount, ...rest });
  return {
    client,
    vault,
    async [Symbol.asyncDispose]() {
      await server.close();
      await vault[Symbol.asyncDispose]();
    },
  };
}

const isLogin = ({ path }: Asked) => path.endsWith('/login');
const fine = (asked: Asked): Told => (isLogin(asked) ? login('tok-1') : kv2({ token: 'value' }));

describe('signing in', () => {
  it("uses the service account's current token, and asks as the role in the namespace", async () => {
    await using scene = await openClient((asked) => (isLogin(asked) ? login('tok', 0) : refusal(403)), {
      connect: { namespace: 'team' },
    });
    await expect(scene.client.read('mcp/docs')).rejects.toMatchObject({ kind: 'denied' });
    writeFileSync(jwtPath, 'second-jwt\n');
    await expect(scene.client.read('mcp/docs')).rejects.toMatchObject({ kind: 'denied' });
    writeFileSync(jwtPath, 'first-jwt\n');
    const logins = scene.vault.asked.filter(isLogin);
    expect(logins.map(({ body }) => body)).toEqual([
      { role: 'mcp-docs', jwt: 'first-jwt' },
      { role: 'mcp-docs', jwt: 'first-jwt' },
      { role: 'mcp-docs', jwt: 'second-jwt' },
    ]);
    expect(logins[0]).toMatchObject({ method: 'POST', path: 'auth/kubernetes/login' });
    expect(scene.vault.asked.every(({ headers }) => headers['x-vault-namespace'] === 'team')).toBe(true);
    expect(scene.vault.asked.every(({ headers }) => headers['x-vault-request'] === 'true')).toBe(true);
  });

  it("reads AppRole's ids and a token from files", async () => {
    writeFileSync(join(folder, 'role'), 'role-id\n');
    writeFileSync(join(folder, 'secret'), 'secret-id\n');
    const [roleIdFile, secretIdFile] = [join(folder, 'role'), join(folder, 'secret')];
    await using scene = await openClient(fine, {
      login: { method: 'approle', mount: 'approle', roleIdFile, secretIdFile },
    });
    expect((await scene.client.read('mcp/docs')).fields).toEqual({ token: 'value' });
    expect(scene.vault.asked[0]?.body).toEqual({ role_id: 'role-id', secret_id: 'secret-id' });
    await using other = await openClient(
      ({ path }) =>
        path === 'auth/token/lookup-self'
          ? { body: { data: { ttl: 60, renewable: false } } }
          : kv2({ a: 'b' }),
      { login: { method: 'token', read: async () => 'given\n' } },
    );
    await other.client.read('mcp/docs');
    expect(other.vault.asked.map(({ headers }) => headers['x-vault-token'])).toEqual(['given', 'given']);
  });

  it('says which file is missing and that a role is refused, without quoting what was sent', async () => {
    await using scene = await openClient(() => refusal(403, 'permission denied for jwt first-jwt'));
    const error = await scene.client.read('mcp/docs').catch(String);
    expect(error).toContain(
      'refuses to sign in the role mcp-docs at auth/kubernetes with HTTP 403 (permission denied',
    );
    expect(error).not.toContain('first-jwt');
    const nowhere = { ...kubernetes, jwtPath: join(folder, 'nowhere') } as VaultLogin;
    await using other = await openClient(fine, { login: nowhere });
    await expect(other.client.read('mcp/docs')).rejects.toThrow(/nowhere can't be read \(ENOENT\)/);
  });
});

describe('a token', () => {
  it('is renewed at two thirds of its lease, and replaced near its longest possible life', async () => {
    let now = 0;
    let renewedFor = 90;
    const script = (asked: Asked): Told => {
      if (isLogin(asked)) return login('tok', 90);
      return asked.path === 'auth/token/renew-self' ? login('tok', renewedFor) : kv2({ token: 'value' });
    };
    await using scene = await openClient(script, { clock: () => now });
    const after = async (seconds: number) => {
      now = seconds * 1000;
      const before = scene.vault.asked.length;
      await scene.client.read('mcp/docs');
      return scene.vault.paths().slice(before, -1);
    };
    expect(await after(0)).toEqual(['auth/kubernetes/login']);
    expect(await after(59)).toEqual([]);
    expect(await after(61)).toEqual(['auth/token/renew-self']);
    renewedFor = 10;
    expect(await after(125)).toEqual(['auth/token/renew-self', 'auth/kubernetes/login']);
    expect(await after(300)).toEqual(['auth/kubernetes/login']);
  });

  it('is replaced once if it was revoked', async () => {
    let logins = 0;
    const script = (asked: Asked): Told => {
      if (isLogin(asked)) {
        logins += 1;
        return login(`tok-${logins}`);
      }
      return asked.headers['x-vault-token'] === 'tok-2'
        ? kv2({ token: 'value' })
        : refusal(403, 'permission denied');
    };
    await using scene = await openClient(script);
    expect((await scene.client.read('mcp/docs')).fields).toEqual({ token: 'value' });
    expect(logins).toBe(2);
  });

  it('is requested once for many readers', async () => {
    await using scene = await openClient(fine);
    await Promise.all(Array.from({ length: 20 }, () => scene.client.read('mcp/docs')));
    expect(scene.vault.asked.filter(isLogin)).toHaveLength(1);
  });

  it("stays in use until it expires if it can't be renewed", async () => {
    let now = 0;
    let away = false;
    const script = (asked: Asked): Told => {
      if (asked.path.startsWith('auth/') && away) return refusal(503, 'Vault is sealed');
      return isLogin(asked) ? login('tok', 90) : kv2({ token: 'value' });
    };
    await using scene = await openClient(script, { clock: () => now });
    await scene.client.read('mcp/docs');
    away = true;
    now = 80_000;
    expect((await scene.client.read('mcp/docs')).fields).toEqual({ token: 'value' });
    now = 91_000;
    await expect(scene.client.read('mcp/docs')).rejects.toThrow(/is sealed or in maintenance \(HTTP 503\)/);
  });
});

describe("a server that can't answer", () => {
  it.each([
    [503, 'is sealed'],
    [473, 'is a standby node (HTTP 473)'],
    [472, 'is a standby node (HTTP 472)'],
    [429, 'gets too many requests'],
    [500, 'answers HTTP 500'],
  ])('with %i is asked again, and finally named', async (status, words) => {
    await using scene = await openClient((asked, nth) => (nth <= 2 ? refusal(status) : fine(asked)));
    expect((await scene.client.read('mcp/docs')).fields).toEqual({ token: 'value' });
    expect(scene.vault.asked).toHaveLength(4);
    await using away = await openClient(() => refusal(status, 'words with tok-1'));
    const error: unknown = await away.client.read('mcp/docs').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'away', message: expect.stringContaining(words) });
    expect(String(error)).toContain(away.vault.address);
    expect(away.vault.asked).toHaveLength(4);
  });

  it('is left alone for as long as it asks, but not waited for if that is long', async () => {
    const times: number[] = [];
    await using scene = await openClient((asked, nth) => {
      times.push(performance.now());
      return nth === 1 ? { status: 429, headers: { 'retry-after': '1' } } : fine(asked);
    });
    await scene.client.read('mcp/docs');
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950);
    await using other = await openClient(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    await expect(other.client.read('mcp/docs')).rejects.toMatchObject({ kind: 'away' });
    expect(other.vault.asked).toHaveLength(1);
  });

  it('is named if nothing listens there', async () => {
    const vault = await openScriptedVault(fine);
    await vault[Symbol.asyncDispose]();
    const server = connectVault({ address: vault.address, firstPause: 1 });
    const client = createVaultClient({ server, login: kubernetes, mount });
    await expect(client.read('mcp/docs')).rejects.toThrow(
      `Vault at ${vault.address} can't be reached (ECONNREFUSED)`,
    );
    await server.close();
  });
});

describe('a standby node', () => {
  it('is followed to the active node, once, within its scheme and path', async () => {
    await using active = await openScriptedVault(fine);
    const to =
      (base: string) =>
      (asked: Asked): Told => ({ status: 307, headers: { location: `${base}/v1/${asked.path}` } });
    await using standby = await openClient(to(active.address));
    expect((await standby.client.read('mcp/docs')).fields).toEqual({ token: 'value' });
    expect(active.asked.map(({ headers }) => headers['x-vault-token'])).toEqual([undefined, 'tok-1']);

    await using circle = await openClient(to('http://127.0.0.1:1'));
    await expect(circle.client.read('mcp/docs')).rejects.toMatchObject({ kind: 'away' });
    await using second = await openScriptedVault(to(active.address));
    await using twice = await openClient(to(second.address));
    await expect(twice.client.read('mcp/docs')).rejects.toThrow(/redirects in a circle/);
  });

  it.each([
    'https://127.0.0.1:1/v1/auth/kubernetes/login',
    'http://user@127.0.0.1:1/v1/auth/kubernetes/login',
    '/v1/elsewhere',
  ])('that points to %s is not followed', async (location) => {
    await using scene = await openClient(() => ({ status: 307, headers: { location } }));
    await expect(scene.client.read('mcp/docs')).rejects.toThrow(/which is not followed/);
    expect(new Set(scene.vault.paths())).toEqual(new Set(['auth/kubernetes/login']));
  });
});

describe('reading', () => {
  it('reads both versions of KV, and asks Vault for the version if nobody gives it', async () => {
    const v1 = { body: { lease_duration: 600, data: { token: 'one' } } };
    await using first = await openClient((asked) => (isLogin(asked) ? login('t') : v1), {
      mount: { path: 'a/b', version: 1 },
    });
    expect(await first.client.read('a/b/c')).toEqual({ fields: { token: 'one' }, lease: 600 });
    expect(first.vault.paths()).toEqual(['auth/kubernetes/login', 'a/b/c']);
    const script = (asked: Asked): Told => {
      if (isLogin(asked)) return login('t');
      return asked.path.startsWith('sys/')
        ? { body: { data: { path: 'a/b/', options: { version: '2' } } } }
        : kv2({ token: 'two' });
    };
    await using second = await openClient(script, { mount: undefined });
    expect(await second.client.read('a/b/c')).toEqual({
      fields: { token: 'two' },
      lease: Number.POSITIVE_INFINITY,
    });
    expect(second.vault.paths()).toEqual([
      'auth/kubernetes/login',
      'sys/internal/ui/mounts/a/b/c',
      'a/b/data/c',
    ]);
  });

  it.each([
    [refusal(404), 'missing', 'has nothing at mcp/data/docs'],
    [refusal(400, 'bad'), 'away', 'answers HTTP 400 (bad) for mcp/data/docs'],
    [{ body: 'no json' }, 'away', "which isn't a secret"],
    [{ body: 'x'.repeat(3_000_000) }, 'away', 'answers more than'],
  ])('says what it found instead of a secret (%#)', async (answer, kind, words) => {
    await using scene = await openClient((asked) => (isLogin(asked) ? login('tok-1') : answer));
    await expect(scene.client.read('mcp/docs')).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(words),
    });
  });

  it('never leaves the mount', async () => {
    await using scene = await openClient(fine);
    await expect(scene.client.read('other/docs')).rejects.toThrow('other/docs is outside the mount mcp');
    expect(scene.vault.paths()).not.toContain('other/docs');
  });
});
