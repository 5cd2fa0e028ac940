import { secret } from '@lockstep/model';
import { openRealVault, type RealVault, withoutVault } from '@lockstep/testing/real-vault';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planSecrets } from './secrets-plan.ts';

if (withoutVault !== undefined) console.log(`skipped: ${withoutVault}`);

/** Values at similar paths, of which only one is the server's. */
const kept = ['a', 'a/b', 'ab', 'b'];

const opened = new AsyncDisposableStack();
let vault: RealVault;

beforeAll(async () => {
  if (withoutVault !== undefined) return;
  vault = opened.use(await openRealVault());
});
afterAll(() => opened.disposeAsync());

/** Asks Vault with somebody's token. */
type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<{ status: number; text: string }>;

/** Signs in as server `a` of a mount, with only its policy. */
async function signIn(mount: { path: string; version: 1 | 2 }): Promise<Ask> {
  const {
    servers: [plan],
  } = planSecrets('test', {
    environment: 'prod',
    namespace: 'mcp-prod',
    owner: 'platform',
    servers: {
      a: {
        secrets: { 'X-Key': secret(`${mount.path}/a#key`, { delivery: 'header' }) },
        serviceAccount: 'mcp-a',
        workload: { kind: 'Deployment', name: 'mcp-a' },
      },
    },
    gateway: { serviceAccount: 'lockstep-gateway' },
    address: vault.address,
    mount,
  });
  const login = plan?.gateway;
  if (login === undefined) throw new Error('no login');
  await vault.ask('POST', `sys/policies/acl/${login.role}`, { policy: login.policy });
  const made = (await vault.ask('POST', 'auth/token/create', {
    policies: [login.role],
    no_default_policy: true,
    ttl: '20m',
  })) as { auth: { client_token: string } };
  return async (method, path, body) => {
    const answer = await fetch(`${vault.address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': made.auth.client_token },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  };
}

it.skipIf(withoutVault !== undefined).each([1, 2] as const)(
  'a real Vault reads the policy as meant, with KV version %d',
  async (version) => {
    const path = `policy-test-${version}`;
    const data = version === 2 ? `${path}/data` : path;
    await vault.ask('POST', `sys/mounts/${path}`, { type: 'kv', options: { version: String(version) } });
    opened.defer(async () => void (await vault.ask('DELETE', `sys/mounts/${path}`)));
    for (const name of kept) {
      const value = { key: `value of ${name}` };
      await vault.ask('POST', `${data}/${name}`, version === 2 ? { data: value } : value);
    }

    const ask = await signIn({ path, version });
    expect((await ask('GET', `${data}/a`)).text).toContain('"value of a"');
    const others = [...kept.slice(1).map((name) => `${data}/${name}`), `${data}/?list=true`, 'cubbyhole/x'];
    if (version === 2) others.push(`${path}/metadata/a`, `${path}/metadata/?list=true`);
    for (const other of others) expect((await ask('GET', other)).status, other).toBe(403);
    expect((await ask('POST', `${data}/a`, { data: {} })).status).toBe(403);
    expect((await ask('POST', 'auth/token/renew-self', {})).status).toBe(200);
    expect((await ask('GET', 'auth/token/lookup-self')).status).toBe(200);
    expect((await ask('POST', 'auth/token/revoke-self', {})).status).toBe(204);
    expect((await ask('GET', `${data}/a`)).status).toBe(403);
  },
);
