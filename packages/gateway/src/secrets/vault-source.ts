import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Deployment, parseSecretReference } from '@lockstep/model/internal';
import { createVaultClient, type VaultClient } from '../vault/vault-client.ts';
import { VaultError } from '../vault/vault-request.ts';
import { connectVault, type VaultServer } from '../vault/vault-server.ts';
import type { SecretAnswer, SecretSource } from './secret-source.ts';

/** One server's access to Vault. */
interface Access {
  readonly vault: NonNullable<Deployment['vault']>;
  readonly role: string;
  readonly connection: VaultServer;
  readonly client: VaultClient;
}

/**
 * Reads secrets from the Vault that a deployment names, with a separate login for each server's role, so that no policy
 * is a union. A changed deployment is followed at the next read.
 *
 * @param deployment returns the deployment in force.
 * @param options.jwtPath the service account's token, read again at each login.
 * @example
 * await startGateway({ …, secrets: vaultSource(() => deployment, { jwtPath }) });
 */
export function vaultSource(
  deployment: () => Deployment | undefined,
  { jwtPath }: { readonly jwtPath: string },
): SecretSource {
  const accesses = new Map<string, Access>();

  function accessOf(server: string): Access | string {
    const now = deployment();
    const role = now?.servers[server]?.vaultRole;
    const vault = now?.vault;
    if (vault === undefined) return 'the deployment names no Vault; give it `vault`';
    if (role === undefined) return `the deployment names no \`vaultRole\` of ${server}; give it one`;
    const known = accesses.get(server);
    if (known !== undefined && known.role === role && isDeepStrictEqual(known.vault, vault)) return known;
    void known?.connection.close();
    const { mount, kvVersion, authMount } = vault;
    const connection = connectVault(vault);
    const login = { method: 'kubernetes', mount: authMount, role, jwtPath } as const;
    const client = createVaultClient({
      server: connection,
      login,
      mount: { path: mount.replaceAll(/^\/+|\/+$/g, ''), version: kvVersion },
    });
    const access = { vault, role, connection, client };
    accesses.set(server, access);
    return access;
  }

  return {
    async read(server, references) {
      const access = accessOf(server);
      if (typeof access !== 'string') return readReferences(access.client, references);
      return new Map(references.map((reference) => [reference, { missing: access }]));
    },
    async close() {
      await Promise.all([...accesses.values()].map(({ connection }) => connection.close()));
      accesses.clear();
    },
  };
}

/**
 * Reads references from Vault, each path once, so that fields that were written together are read together.
 *
 * @throws VaultError if Vault can't answer.
 */
export async function readReferences(
  client: VaultClient,
  references: readonly string[],
): Promise<Map<string, SecretAnswer>> {
  const answers = new Map<string, SecretAnswer>();
  for (const [path, same] of Map.groupBy(references, (reference) => parseSecretReference(reference).path)) {
    for (const [reference, answer] of await readPath(client, path, same)) answers.set(reference, answer);
  }
  return answers;
}

async function readPath(
  client: VaultClient,
  path: string,
  references: readonly string[],
): Promise<(readonly [string, SecretAnswer])[]> {
  try {
    const { fields, lease } = await client.read(path);
    return references.map((reference) => {
      const { field } = parseSecretReference(reference);
      const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
      if (typeof value === 'string') return [reference, { value, lease }] as const;
      const found = value === undefined ? "isn't there" : "isn't text";
      return [reference, { missing: `the field ${field} of ${path} ${found}; write it in Vault` }] as const;
    });
  } catch (error) {
    if (!(error instanceof VaultError) || error.kind === 'away') throw error;
    return references.map((reference) => [reference, { missing: error.message }] as const);
  }
}

/**
 * Reads secrets from the Vault that this account is signed in to, by the variables of Vault's own command: `VAULT_ADDR`
 * and `VAULT_TOKEN`, and optionally `VAULT_NAMESPACE` and `VAULT_CACERT`. For laptops. Lockstep asks Vault which KV
 * version a mount uses.
 *
 * @returns undefined unless both of the first two are set.
 * @throws Error in one sentence if the file of `VAULT_CACERT` can't be read.
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
