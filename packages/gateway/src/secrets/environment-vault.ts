import { readFileSync } from 'node:fs';
import { createVaultClient } from '../vault/client.ts';
import { connectVault } from '../vault/server.ts';
import type { SecretSource } from './source.ts';
import { readReferences } from './vault-source.ts';

/**
 * Secrets from the Vault that this account is signed in to, by the variables that Vault's own command takes:
 * `VAULT_ADDR` and `VAULT_TOKEN`, and perhaps `VAULT_NAMESPACE` and `VAULT_CACERT`. For laptops; Vault tells which
 * version of KV a mount is.
 *
 * @returns undefined where the first two aren't both set.
 * @throws Error in one sentence when the file of `VAULT_CACERT` can't be read.
 */
export function environmentVault(
  env: Readonly<Record<string, string | undefined>>,
): SecretSource | undefined {
  const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_NAMESPACE: namespace, VAULT_CACERT: file } = env;
  if (!address || !token) return undefined;
  const server = connectVault({
    address,
    namespace: namespace || undefined,
    ca: file ? readAuthority(file) : undefined,
  });
  const client = createVaultClient({ server, login: { method: 'token', read: async () => token } });
  return {
    read: (_, references) => readReferences(client, references),
    close: () => server.close(),
  };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`VAULT_CACERT names ${file}, which can't be read; correct it.`, { cause: error });
  }
}
