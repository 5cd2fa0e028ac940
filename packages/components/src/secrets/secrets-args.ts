import type { Deployment, Secrets } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { z } from 'zod';
import { fields, given, mapOf, oneOf, plain, plainText, text, toggle } from '../schema.ts';

/**
 * Where an environment's secrets are kept, and how they reach pods.
 *
 * @example
 * const vault: VaultSettings = {
 *   address: 'https://vault.vault:8200',
 *   mount: { path: 'mcp', version: 2 },
 *   auth: { path: 'clusters/prod' },
 *   vaultNamespace: 'platform',
 *   ca: '-----BEGIN CERTIFICATE-----…',
 *   audience: 'vault',
 *   deliver: 'external-secrets',
 *   store: { name: 'vault' },
 *   prefix: 'lockstep-eu-1',
 * };
 */
export interface VaultSettings {
  /** Vault's address, as pods reach it: `https://vault.vault:8200`. */
  readonly address: Input<string>;
  /** The KV mount of all references. */
  readonly mount: KvMount;
  /** The Kubernetes auth method that pods sign in with. Default: the existing one at `kubernetes`. */
  readonly auth?: KubernetesAuth;
  /**
   * The namespace of Vault Enterprise or HCP where pods sign in and read. The provider must use the same one. Default:
   * none.
   */
  readonly vaultNamespace?: Input<string>;
  /**
   * PEM of the authority that signed Vault's certificate; it is public. Default: the authorities that the images know.
   */
  readonly ca?: Input<string>;
  /** The audience of service-account tokens; tokens for another audience can't sign in. Default: `vault`. */
  readonly audience?: Input<string>;
  /** What brings `env` and `file` secrets into pods; required if there are any. Default: nothing. */
  readonly deliver?: SecretDelivery;
  /** The store that the External Secrets Operator reads; required by `external-secrets`. Default: none. */
  readonly store?: SecretStore;
  /**
   * The start of the names of roles and policies. Set it if several clusters with the same environment share a Vault.
   * Default: `lockstep`.
   */
  readonly prefix?: string;
}

const deliveries = ['vault-secrets-operator', 'external-secrets', 'agent-injector'] as const;
/**
 * What delivers secrets. The Vault Secrets Operator restarts the server when a secret changes. The External Secrets
 * Operator doesn't: files are refreshed in place, and a variable keeps its value until the pod restarts. The Agent
 * injector writes only files, and refreshes them in place.
 *
 * @example
 * const deliver: SecretDelivery = 'vault-secrets-operator';
 */
export type SecretDelivery = (typeof deliveries)[number];

/**
 * A store of the External Secrets Operator. It reads the KV mount, and signs in to Vault by itself.
 *
 * @example
 * const store: SecretStore = { name: 'vault', kind: 'ClusterSecretStore' };
 */
export interface SecretStore {
  /** Its name. */
  readonly name: Input<string>;
  /** Its kind. Default: `ClusterSecretStore`. */
  readonly kind?: 'ClusterSecretStore' | 'SecretStore';
}

/**
 * A KV secrets engine.
 *
 * @example
 * const mount: KvMount = { path: 'mcp', version: 2, create: true };
 */
export interface KvMount {
  /** The path, such as `mcp`, with which every reference starts. */
  readonly path: Input<string>;
  /** The version of the engine. */
  readonly version: 1 | 2;
  /** Creates the mount, protects it, and keeps it when the stack is destroyed. Default: false, because it exists. */
  readonly create?: boolean;
}

/**
 * A Kubernetes auth method.
 *
 * @example
 * const auth: KubernetesAuth = {
 *   path: 'clusters/prod',
 *   create: { kubernetesHost: 'https://kubernetes.default.svc' },
 * };
 */
export interface KubernetesAuth {
  /** Where it is mounted. Default: `kubernetes`. */
  readonly path?: Input<string>;
  /** Creates the auth method, for a Vault that runs in this cluster. Default: it exists already. */
  readonly create?: NewKubernetesAuth;
}

/**
 * What Vault needs to know of the cluster that it runs in.
 *
 * @example
 * const made: NewKubernetesAuth = {
 *   kubernetesHost: 'https://kubernetes.default.svc',
 *   caCert: '-----BEGIN CERTIFICATE-----…',
 * };
 */
export interface NewKubernetesAuth {
  /** The API server's address, as Vault reaches it: `https://kubernetes.default.svc`. */
  readonly kubernetesHost: Input<string>;
  /** PEM of the API server's authority. Default: the one in Vault's pod. */
  readonly caCert?: Input<string>;
}

/**
 * The arguments of `McpSecrets`.
 *
 * @example
 * const args: McpSecretsArgs = {
 *   environment: 'prod',
 *   namespace: 'mcp-prod',
 *   sharesNamespace: false,
 *   owner: 'platform',
 *   servers: {
 *     docs: {
 *       secrets: { TOKEN: { reference: 'mcp/docs#token', delivery: 'env' } },
 *       serviceAccount: 'mcp-docs',
 *       workload: { kind: 'Deployment', name: 'mcp-docs' },
 *     },
 *   },
 *   gateway: { serviceAccount: gatewayObject() },
 *   address: 'https://vault.vault:8200',
 *   mount: { path: 'mcp', version: 2 },
 *   deliver: 'vault-secrets-operator',
 * };
 */
export interface McpSecretsArgs extends VaultSettings {
  /** The environment's name. */
  readonly environment: string;
  /** The namespace of the pods. */
  readonly namespace: Input<string>;
  /** Whether the namespace has other environments too; see {@link Naming}. Default: false. */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /** Secrets by server; a server without secrets gets nothing. */
  readonly servers: Readonly<Record<string, SecretsOfServer>>;
  /** The gateway, which reads headers at run time. */
  readonly gateway: { readonly serviceAccount: Input<string> };
}

/**
 * One server's secrets, and who reads them.
 *
 * @example
 * const docs: SecretsOfServer = {
 *   secrets: { TOKEN: { reference: 'mcp/docs#token', delivery: 'env' } },
 *   serviceAccount: 'mcp-docs',
 *   workload: { kind: 'Deployment', name: 'mcp-docs' },
 * };
 */
export interface SecretsOfServer {
  /** The secrets, as in the server's definition. */
  readonly secrets: Secrets;
  /** The service account of its pods; only they read its `env` and `file` secrets. */
  readonly serviceAccount: Input<string>;
  /** The workload to restart when such a secret changes. */
  readonly workload: Workload;
}

/**
 * A workload in the environment's namespace.
 *
 * @example
 * const workload: Workload = { kind: 'StatefulSet', name: 'mcp-files' };
 */
export interface Workload {
  /** What it is. */
  readonly kind: 'Deployment' | 'StatefulSet';
  /** Its name. */
  readonly name: Input<string>;
}

/**
 * The Vault that the gateway reads from, as `McpSecrets` gives it.
 *
 * @example
 * const vault: VaultEndpoint = { address: 'https://vault.vault:8200', mount: 'mcp', kvVersion: 2, authMount: 'kubernetes' };
 */
export type VaultEndpoint = {
  readonly [Field in keyof NonNullable<Deployment['vault']>]: Input<
    NonNullable<NonNullable<Deployment['vault']>[Field]>
  >;
};

const vaultFields = {
  address: text,
  mount: fields<KvMount>({
    path: text,
    version: plain(z.union([z.literal(1), z.literal(2)])),
    create: toggle.optional(),
  }),
  auth: fields<KubernetesAuth>({
    path: text.optional(),
    create: fields<NewKubernetesAuth>({ kubernetesHost: text, caCert: text.optional() }).optional(),
  }).optional(),
  vaultNamespace: text.optional(),
  ca: text.optional(),
  audience: text.optional(),
  deliver: oneOf(...deliveries).optional(),
  store: fields<SecretStore>({
    name: text,
    kind: oneOf('ClusterSecretStore', 'SecretStore').optional(),
  }).optional(),
  prefix: plainText.optional(),
};

export const vaultSchema = fields<VaultSettings>(vaultFields);

export const secretsSchema = fields<McpSecretsArgs>({
  ...vaultFields,
  environment: plainText,
  namespace: text,
  sharesNamespace: toggle.optional(),
  owner: text,
  servers: mapOf(
    fields<SecretsOfServer>({
      secrets: given("the secrets of the server's definition"),
      serviceAccount: text,
      workload: fields<Workload>({ kind: oneOf('Deployment', 'StatefulSet'), name: text }),
    }),
  ),
  gateway: fields<McpSecretsArgs['gateway']>({ serviceAccount: text }),
});
