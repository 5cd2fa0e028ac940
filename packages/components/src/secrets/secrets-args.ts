import type { Secrets } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';

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
 *   deliver: 'vault-secrets-operator',
 *   prefix: 'lockstep-eu-1',
 * };
 */
export interface VaultSettings {
  /** Vault's address, as pods reach it: `https://vault.vault:8200`. */
  readonly address: string;
  /** The KV mount of all references. */
  readonly mount: KvMount;
  /** The Kubernetes auth method that pods sign in with. Default: the existing one at `kubernetes`. */
  readonly auth?: KubernetesAuth;
  /**
   * The namespace of Vault Enterprise or HCP where pods sign in and read. The provider must use the same one. Default:
   * none.
   */
  readonly vaultNamespace?: string;
  /**
   * PEM of the authority that signed Vault's certificate; it is public. Default: the authorities that the images know.
   */
  readonly ca?: string;
  /** The audience of service-account tokens; tokens for another audience can't sign in. Default: `vault`. */
  readonly audience?: string;
  /** What brings `env` and `file` secrets into pods; required if there are any. Default: nothing. */
  readonly deliver?: SecretDelivery;
  /**
   * The start of the names of roles and policies. Set it if several clusters with the same environment share a Vault.
   * Default: `lockstep`.
   */
  readonly prefix?: string;
}

/**
 * What delivers secrets. The Agent injector writes only files, and refreshes them in place.
 *
 * @example
 * const deliver: SecretDelivery = 'vault-secrets-operator';
 */
export type SecretDelivery = 'vault-secrets-operator' | 'agent-injector';

/**
 * A KV secrets engine.
 *
 * @example
 * const mount: KvMount = { path: 'mcp', version: 2, create: true };
 */
export interface KvMount {
  /** The path, such as `mcp`, with which every reference starts. */
  readonly path: string;
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
  readonly path?: string;
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
 *   owner: 'platform',
 *   servers: {
 *     docs: {
 *       secrets: { TOKEN: { reference: 'mcp/docs#token', delivery: 'env' } },
 *       serviceAccount: 'mcp-docs',
 *       workload: { kind: 'Deployment', name: 'mcp-docs' },
 *     },
 *   },
 *   gateway: { serviceAccount: gatewayObject },
 *   address: 'https://vault.vault:8200',
 *   mount: { path: 'mcp', version: 2 },
 *   deliver: 'vault-secrets-operator',
 * };
 */
export interface McpSecretsArgs extends VaultSettings {
  /** The environment's name. */
  readonly environment: string;
  /** The namespace of the pods. */
  readonly namespace: string;
  /** The team that is responsible for it, as a label. */
  readonly owner: string;
  /** Secrets by server; a server without secrets gets nothing. */
  readonly servers: Readonly<Record<string, SecretsOfServer>>;
  /** The gateway, which reads headers at run time. */
  readonly gateway: { readonly serviceAccount: string };
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
  readonly serviceAccount: string;
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
  readonly name: string;
}
