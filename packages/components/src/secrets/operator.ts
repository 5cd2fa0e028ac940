import { createHash } from 'node:crypto';
import { compareText } from '@lockstep/model/internal';
import { objectName, serverObject } from '../kubernetes/names.ts';
import type { McpSecretsArgs } from './secrets-args.ts';
import type { Login, PlannedSecret, ServerSecretsPlan } from './secrets-plan.ts';

/** The API of the Vault Secrets Operator. */
export const operatorApi = 'secrets.hashicorp.com/v1beta1';

/** The name of the operator's connection to Vault; there is one per environment. */
export const connectionObject = 'lockstep-vault';

/** The name of the Secret with Vault's certificate authority, if Vault has its own. */
export const authorityObject = 'lockstep-vault-ca';

/** The key in that Secret. Source: VaultConnection `caCertSecretRef`. */
export const authorityKey = 'ca.crt';

/** How often the operator checks for a new value. */
const refreshAfter = '1m';

/** One path in Vault, which the operator copies to one Kubernetes Secret. */
interface SyncedPath {
  /** The name of the VaultStaticSecret and the Secret. */
  readonly name: string;
  /** The path below the mount. */
  readonly path: string;
  /** The fields that the server needs; no others are copied. */
  readonly fields: readonly string[];
}

/** The name of the Secret that a path is copied to. */
export function syncedObject(server: string, path: string): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return objectName('mcp', server, hash);
}

/** A server's paths, each once, however many of its secrets are there. */
export function syncedPaths({ server, delivered }: ServerSecretsPlan): SyncedPath[] {
  const byPath = Map.groupBy(delivered, ({ path }: PlannedSecret) => path);
  return [...byPath]
    .map(([path, secrets]) => ({
      name: syncedObject(server, path),
      path,
      fields: [...new Set(secrets.map(({ field }) => field))].toSorted(),
    }))
    .toSorted((a, b) => compareText(a.path, b.path));
}

/** `spec` of the VaultConnection. */
export function connectionSpec({ address, ca }: McpSecretsArgs): Record<string, unknown> {
  return { address, skipTLSVerify: false, ...(ca !== undefined && { caCertSecretRef: authorityObject }) };
}

/** `spec` of a server's VaultAuth: the operator signs in as the server's service account, with its role. */
export function authSpec(
  { auth, audience = 'vault', vaultNamespace }: McpSecretsArgs,
  login: Login,
): Record<string, unknown> {
  return {
    vaultConnectionRef: connectionObject,
    method: 'kubernetes',
    mount: auth?.path ?? 'kubernetes',
    ...(vaultNamespace !== undefined && { namespace: vaultNamespace }),
    kubernetes: {
      role: login.role,
      serviceAccount: login.serviceAccount,
      audiences: [audience],
      tokenExpirationSeconds: 600,
    },
  };
}

/** `spec` of a VaultStaticSecret. A new value restarts only that workload, following its own update strategy. */
export function staticSecretSpec(
  { mount, vaultNamespace }: McpSecretsArgs,
  { server, workload }: ServerSecretsPlan,
  synced: SyncedPath,
  labels: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return {
    vaultAuthRef: serverObject(server),
    mount: mount.path,
    ...(vaultNamespace !== undefined && { namespace: vaultNamespace }),
    type: `kv-v${mount.version}`,
    path: synced.path,
    refreshAfter,
    hmacSecretData: true,
    rolloutRestartTargets: [{ kind: workload.kind, name: workload.name }],
    destination: {
      name: synced.name,
      create: true,
      labels: ours(labels),
      transformation: { excludeRaw: true, includes: synced.fields.map(exactly) },
    },
  };
}

/** Drops Kubernetes' recommended labels: on a Secret, the operator sets its own to know what it owns. */
function ours(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('lockstep.dev/')));
}

/** A regular expression that matches only one field. */
function exactly(field: string): string {
  return `^${field.replaceAll('.', '[.]')}$`;
}
