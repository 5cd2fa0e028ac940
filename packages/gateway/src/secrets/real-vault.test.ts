import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { parseDeployment } from '@lockstep/model/internal';
import { openRealVault, type RealVault, withoutVault } from '@lockstep/testing/real-vault';
import { openSdkHttp } from '@lockstep/testing/servers/sdk-http';
import { jwtOf, openTokenReviews } from '@lockstep/testing/token-reviews';
import { eventually } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSecretGateway } from '../testing/secret-gateway.ts';
import { createVaultClient, type VaultMount } from '../vault/vault-client.ts';
import { connectVault, type VaultServer } from '../vault/vault-server.ts';
import type { VaultLogin } from '../vault/vault-session.ts';
import type { SecretSource } from './secret-source.ts';
import { environmentVault, readReferences, vaultSource } from './vault-source.ts';

if (withoutVault !== undefined) console.log(`skipped: ${withoutVault}`);

/** A prefix for this run, since other runs may use the same Vault. */
const run = `lockstep-test-${randomBytes(4).toString('hex')}`;
const kv1: VaultMount = { path: `${run}-one`, version: 1 };
const kv2: VaultMount = { path: `${run}-two`, version: 2 };
const [approle, kubernetes] = [`${run}-approle`, `${run}-kubernetes`];
const planted = `s3cr/t+"${randomBytes(9).toString('base64')}`.replaceAll('\n', '');

describe.skipIf(withoutVault !== undefined)('with a real Vault', () => {
  let vault: RealVault;
  let folder: string;
  let server: VaultServer;

  const store = (token: string) => vault.ask('POST', `${kv2.path}/data/docs`, { data: { token } });

  /** The files of a new login of an AppRole that may read `docs` in both mounts. */
  async function newAppRole(settings: object): Promise<VaultLogin> {
    const role = `auth/${approle}/role/reader`;
    await vault.ask('POST', role, { token_policies: [run], ...settings });
    const { data: id } = (await vault.ask('GET', `${role}/role-id`)) as { data: { role_id: string } };
    const { data: secret } = (await vault.ask('POST', `${role}/secret-id`, {})) as {
      data: { secret_id: string };
    };
    const [roleIdFile, secretIdFile] = [join(folder, 'role-id'), join(folder, 'secret-id')];
    await writeFile(roleIdFile, id.role_id);
    await writeFile(secretIdFile, secret.secret_id);
    return { method: 'approle', mount: approle, roleIdFile, secretIdFile };
  }

  beforeAll(async () => {
    vault = await openRealVault();
    folder = await mkdtemp(join(tmpdir(), 'lockstep-vault-'));
    server = connectVault({ address: vault.address });
    await vault.ask('POST', `sys/mounts/${kv1.path}`, { type: 'kv', options: { version: '1' } });
    await vault.ask('POST', `sys/mounts/${kv2.path}`, { type: 'kv', options: { version: '2' } });
    for (const type of ['approle', 'kubernetes'])
      await vault.ask('POST', `sys/auth/${run}-${type}`, { type });
    const policy = `path "${kv1.path}/docs" { capabilities = ["read"] }\npath "${kv2.path}/data/docs" { capabilities = ["read"] }`;
    await vault.ask('POST', `sys/policies/acl/${run}`, { policy });
    await vault.ask('POST', `${kv1.path}/docs`, { token: planted, ttl: '30m' });
    // A new mount of the second version is being upgraded for a moment.
    await eventually(() =>
      store(planted).then(
        () => true,
        () => false,
      ),
    );
  });

  afterAll(async () => {
    await server.close();
    if (!vault.own) {
      for (const path of [kv1.path, kv2.path]) await vault.ask('DELETE', `sys/mounts/${path}`);
      for (const path of [approle, kubernetes]) await vault.ask('DELETE', `sys/auth/${path}`);
      await vault.ask('DELETE', `sys/policies/acl/${run}`);
    }
    await vault[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('an AppRole reads both versions of KV, and only what its policy allows', async () => {
    const login = await newAppRole({});
    const one = createVaultClient({ server, login, mount: kv1 });
    expect(await one.read(`${kv1.path}/docs`)).toEqual({
      fields: { token: planted, ttl: '30m' },
      lease: 1800,
    });
    const two = createVaultClient({ server, login, mount: kv2 });
    expect((await two.read(`${kv2.path}/docs`)).fields).toEqual({ token: planted });
    await expect(two.read(`${kv2.path}/other`)).rejects.toMatchObject({
      kind: 'denied',
      message: `Vault at ${vault.address} does not let the AppRole at auth/${approle} read ${kv2.path}/data/other (HTTP 403); give it a policy that does`,
    });
  });

  it('missing and deleted secrets are told apart from unreadable ones', async () => {
    const login: VaultLogin = { method: 'token', read: async () => vault.token };
    const client = createVaultClient({ server, login, mount: kv2 });
    await expect(client.read(`${kv2.path}/nothing`)).rejects.toMatchObject({ kind: 'missing' });
    await vault.ask('POST', `${kv2.path}/data/gone`, { data: { token: 'x' } });
    await vault.ask('DELETE', `${kv2.path}/data/gone`);
    await expect(client.read(`${kv2.path}/gone`)).rejects.toMatchObject({ kind: 'missing' });
    const answers = await readReferences(client, [`${kv2.path}/docs#token`, `${kv2.path}/docs#other`]);
    expect([...answers.values()]).toEqual([
      expect.objectContaining({ value: planted }),
      { missing: `the field other of ${kv2.path}/docs isn't there; write it in Vault` },
    ]);
  });

  it("a laptop's own token finds out the version of a mount", async () => {
    const source = environmentVault({ VAULT_ADDR: vault.address, VAULT_TOKEN: vault.token });
    const references = [`${kv1.path}/docs#token`, `${kv2.path}/docs#token`];
    const answers = await source?.read('docs', references);
    expect([...(answers ?? [])].map(([, answer]) => 'value' in answer && answer.value)).toEqual([
      planted,
      planted,
    ]);
    await source?.close?.();
  });

  it('a refused token is not quoted', async () => {
    const login: VaultLogin = { method: 'token', read: async () => `hvs.${planted}` };
    const error: unknown = await createVaultClient({ server, login, mount: kv2 })
      .read(`${kv2.path}/docs`)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('refuses the token with HTTP 403') });
    for (const form of [planted, encodeURIComponent(planted), Buffer.from(planted).toString('base64')]) {
      expect(String(error)).not.toContain(form);
    }
  });

  it('a revoked or expired token is replaced, and one that is due is renewed', async () => {
    const login = await newAppRole({ token_ttl: '1s', token_max_ttl: '1h' });
    const paths: string[] = [];
    const counted: VaultServer = {
      ...server,
      send: (asked) => {
        paths.push(asked.path.replace(approle, 'approle'));
        return server.send(asked);
      },
    };
    const times = (path: string) => paths.filter((asked) => asked === path).length;
    let now = 0;
    const client = createVaultClient({ server: counted, login, mount: kv2, clock: () => now });
    const read = async () =>
      expect((await client.read(`${kv2.path}/docs`)).fields).toEqual({ token: planted });
    await read();
    // The client's clock stands still, so only Vault knows that the token has expired.
    await eventually(async () => {
      await read();
      return times('auth/approle/login') > 1;
    });
    await newAppRole({ token_ttl: '1h', token_max_ttl: '2h' });
    now += 2000;
    await read();
    now += 2_400_000 + 1000;
    await read();
    expect(times('auth/token/renew-self')).toBe(1);
    const logins = times('auth/approle/login');
    await vault.ask('POST', `sys/leases/revoke-prefix/auth/${approle}/login`, {});
    await read();
    expect(times('auth/approle/login')).toBe(logins + 1);
  });

  it("a service account signs in with its server's role and its current token", async () => {
    await using cluster = await openTokenReviews('mcp-gateway');
    await vault.ask('POST', `auth/${kubernetes}/config`, {
      kubernetes_host: cluster.url,
      token_reviewer_jwt: jwtOf('reviewer'),
      // Any authority will do: that API speaks plain HTTP.
      kubernetes_ca_cert: rootCertificates[0],
      disable_local_ca_jwt: true,
    });
    await vault.ask('POST', `auth/${kubernetes}/role/mcp-docs`, {
      bound_service_account_names: ['mcp-gateway'],
      bound_service_account_namespaces: ['prod'],
      token_policies: [run],
    });
    const jwtPath = join(folder, 'jwt');
    const deployment = parseDeployment({
      deploymentVersion: 1,
      servers: {
        docs: { url: 'http://127.0.0.1:1/mcp', vaultRole: 'mcp-docs' },
        bare: { url: 'http://127.0.0.1:1/mcp' },
      },
      vault: { address: vault.address, mount: kv2.path, authMount: kubernetes },
    });
    const source = vaultSource(() => deployment, { jwtPath });
    const reference = `${kv2.path}/docs#token`;
    await expect(source.read('docs', [reference])).rejects.toThrow(/jwt can't be read \(ENOENT\)/);
    await writeFile(jwtPath, jwtOf('somebody-else'));
    await expect(source.read('docs', [reference])).rejects.toThrow(/refuses to sign in the role mcp-docs/);
    await writeFile(jwtPath, jwtOf('mcp-gateway'));
    expect((await source.read('docs', [reference])).get(reference)).toMatchObject({ value: planted });
    expect((await source.read('bare', [reference])).get(reference)).toEqual({
      missing: 'the deployment names no `vaultRole` of bare; give it one',
    });
    await source.close?.();
  });

  it('a rotated secret reaches the header; while Vault is sealed, the last value stays in use', async () => {
    await store('first-token');
    const accepted = new Set(['Bearer first-token']);
    const seen: (string | undefined)[] = [];
    await using docs = await openSdkHttp('modern', ({ authorization }) => {
      seen.push(authorization);
      return accepted.has(String(authorization));
    });
    const client = createVaultClient({ server, login: await newAppRole({}), mount: kv2 });
    const source: SecretSource = { every: 0.05, read: (_, references) => readReferences(client, references) };
    await using scene = await openSecretGateway(docs.url, `${kv2.path}/docs#token`, source, folder);
    expect(await scene.add()).toBe('3');
    expect(new Set(seen)).toEqual(new Set(['Bearer first-token']));

    // Both tokens are valid for a while, as they should be during a rotation.
    accepted.add('Bearer second-token');
    await store('second-token');
    await eventually(async () => {
      await scene.add();
      return seen.at(-1) === 'Bearer second-token';
    });
    accepted.delete('Bearer first-token');
    expect(await scene.add()).toBe('3');

    // Now only the new token is valid, at once: the refusal causes a read.
    accepted.clear();
    accepted.add('Bearer third-token');
    await store('third-token');
    expect(await scene.add()).toBe('3');

    if (!vault.own) return;
    await vault.ask('POST', 'sys/seal', {}).catch(() => {});
    await eventually(async () =>
      /^lockstep_secret_errors_total\{server="docs"\} [1-9]/m.test(await scene.metrics()),
    );
    expect(await scene.add()).toBe('3');
    await expect(client.read(`${kv2.path}/docs`)).rejects.toThrow(
      'is sealed or in maintenance (HTTP 503); unseal it',
    );
    accepted.clear();
    expect(await scene.add()).toContain("was not called: it refuses the gateway's credentials with HTTP 401");
  });
});
