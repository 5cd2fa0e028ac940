import { createHash } from 'node:crypto';
import { compareText } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { type Naming, nameIn, serverObject } from '../kubernetes/names.ts';
import type { Login, PlannedSecret, SecretsPlan, ServerSecretsPlan } from './secrets-plan.ts';

/** The API of the Vault Secrets Operator. */
export const operatorApi = 'secrets.hashicorp.com/v1beta1';

/** The name of the operator's connection to Vault; there is one per environment. */
export function connectionObject(naming: Naming): string {
  return nameIn(naming, 'lockstep-vault');
}

/** The name of the Secret with Vault's certificate authority, if Vault has its own. */
export function authorityObject(naming: Naming): string {
  return nameIn(naming, 'lockstep-vault-ca');
}

/** The key in that Secret. Source: VaultConnection `caCertSecretRef`. */
export const authorityKey = 'ca.crt';

/** How often the operator checks for a new value. */
const refreshAfter = '1m';

/** One path in Vault, which the operator copies to one Kubernetes Secret. */
interface SyncedPath {
  /** The name of the VaultStaticSecret and the Secret. */
  readonly name: string;
  /** The path below the mount. */
  readonly path: Input<string>;
  /** The fields that the server needs; no others are copied. */
  readonly fields: readonly string[];
}

/** The name of the Secret that a place is copied to. */
export function syncedObject(naming: Naming, server: string, place: string): string {
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 8);
  return nameIn(naming, 'mcp', server, hash);
}

/** A server's paths, each once, however many of its secrets are there. */
export function syncedPaths(naming: Naming, { server, delivered }: ServerSecretsPlan): SyncedPath[] {
  const byPlace = Map.groupBy(delivered, ({ place }: PlannedSecret) => place);
  return [...byPlace]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([place, secrets]) => ({
      name: syncedObject(naming, server, place),
      path: secrets[0]?.path ?? place,
      fields: [...new Set(secrets.map(({ field }) => field))].toSorted(),
    }));
}

/** `spec` of the VaultConnection. */
export function connectionSpec({ args: { address, ca }, naming }: SecretsPlan): Record<string, unknown> {
  return {
    address,
    skipTLSVerify: false,
    ...(ca !== undefined && { caCertSecretRef: authorityObject(naming) }),
  };
}

/** `spec` of a server's VaultAuth: the operator signs in as the server's service account, with its role. */
export function authSpec(
  { args: { auth, audience = 'vault', vaultNamespace }, naming }: SecretsPlan,
  login: Login,
): Record<string, unknown> {
  return {
    vaultConnectionRef: connectionObject(naming),
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
  { args: { mount, vaultNamespace }, naming }: SecretsPlan,
  { server, workload }: ServerSecretsPlan,
  synced: SyncedPath,
  labels: Labels,
): Record<string, unknown> {
  return {
    vaultAuthRef: serverObject(server, naming),
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

/** The API of the External Secrets Operator. */
export const externalSecretsApi = 'external-secrets.io/v1';

/** `spec` of an ExternalSecret, which copies fields of one path from a store. */
export function externalSecretSpec(
  { args: { store } }: SecretsPlan,
  { name, path, fields }: SyncedPath,
  labels: Labels,
): Record<string, unknown> {
  return {
    refreshInterval: refreshAfter,
    secretStoreRef: { kind: store?.kind ?? 'ClusterSecretStore', name: store?.name },
    target: { name, creationPolicy: 'Owner', template: { metadata: { labels: ours(labels) } } },
    data: fields.map((field) => ({ secretKey: field, remoteRef: { key: path, property: field } })),
  };
}

type Labels = Readonly<Record<string, Input<string>>>;

/** Drops Kubernetes' recommended labels: on a Secret, the operator sets its own to know what it owns. */
function ours(labels: Labels): Record<string, Input<string>> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('lockstep.dev/')));
}

/** A regular expression that matches only one field. */
function exactly(field: string): string {
  return `^${field.replaceAll('.', '[.]')}$`;
}
