import type { Input } from '@pulumi/pulumi';

/** What delivers secrets to pods. */
export const SecretDelivery = {
  /** The Vault Secrets Operator, as variables and files. */
  VaultSecretsOperator: 'vault-secrets-operator',
  /** The External Secrets Operator, as variables and files, from the store that `store` names. */
  ExternalSecrets: 'external-secrets',
  /** The Agent injector, only as files, which it refreshes in place. */
  AgentInjector: 'agent-injector',
} as const;
/** What delivers secrets to pods. */
export type SecretDelivery = (typeof SecretDelivery)[keyof typeof SecretDelivery];

/** Where an environment's secrets are kept, and how they reach pods. */
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
  /** PEM of the authority that signed Vault's certificate; it is public. Default: the authorities that the images know. */
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

/** A store of the External Secrets Operator. */
export interface SecretStore {
  /** Its name. */
  readonly name: Input<string>;
  /** Its kind. Default: `ClusterSecretStore`. */
  readonly kind?: SecretStoreKind;
}

/** The kinds of stores of the External Secrets Operator. */
export const SecretStoreKind = {
  /** One for the whole cluster. */
  ClusterSecretStore: 'ClusterSecretStore',
  /** One of the namespace. */
  SecretStore: 'SecretStore',
} as const;
/** The kinds of stores of the External Secrets Operator. */
export type SecretStoreKind = (typeof SecretStoreKind)[keyof typeof SecretStoreKind];

/** A KV secrets engine. */
export interface KvMount {
  /** The path, such as `mcp`, with which every reference starts. */
  readonly path: Input<string>;
  /** The version of the engine: 1 or 2. */
  readonly version: number;
  /** Creates the mount, protects it, and keeps it when the stack is destroyed. Default: false, because it exists. */
  readonly create?: boolean;
}

/** A Kubernetes auth method. */
export interface KubernetesAuth {
  /** Where it is mounted. Default: `kubernetes`. */
  readonly path?: Input<string>;
  /** Creates the auth method, for a Vault that runs in this cluster. Default: it exists already. */
  readonly create?: NewKubernetesAuth;
}

/** What Vault needs to know of the cluster that it runs in. */
export interface NewKubernetesAuth {
  /** The API server's address, as Vault reaches it: `https://kubernetes.default.svc`. */
  readonly kubernetesHost: Input<string>;
  /** PEM of the API server's authority. Default: the one in Vault's pod. */
  readonly caCert?: Input<string>;
}
