import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kv2, openScriptedVault } from '@lockstep/testing/scripted-vault';
import { expect, it } from 'vitest';
import { createVaultClient } from './vault-client.ts';
import { connectVault } from './vault-server.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.log('skipped: no certificates can be made; install openssl');

/** A key and a self-signed certificate. */
function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=vault';
    const more = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...args.split(' '), ...more], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it.skipIf(!hasOpenssl)('a Vault is trusted by the configured CA, and by no other', async () => {
  const tls = selfSigned();
  await using vault = await openScriptedVault(
    ({ path }) =>
      path.startsWith('auth/') ? { body: { data: { ttl: 0, renewable: false } } } : kv2({ a: 'b' }),
    tls,
  );
  const login = { method: 'token', read: async () => 'a-token' } as const;
  const mount = { path: 'mcp', version: 2 } as const;
  const trusting = connectVault({ address: vault.address, ca: tls.cert, firstPause: 1 });
  expect((await createVaultClient({ server: trusting, login, mount }).read('mcp/docs')).fields).toEqual({
    a: 'b',
  });
  await trusting.close();
  for (const ca of [undefined, selfSigned().cert]) {
    const before = vault.asked.length;
    const server = connectVault({ address: vault.address, ca, firstPause: 1 });
    await expect(createVaultClient({ server, login, mount }).read('mcp/docs')).rejects.toThrow(
      /has a certificate that isn't trusted \((DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE)\); give the CA that signed it/,
    );
    expect(vault.asked).toHaveLength(before);
    await server.close();
  }
});
