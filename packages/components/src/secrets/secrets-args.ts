import type { Secrets } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';

/** Where an environment's secrets are kept, and how they get into pods. */
export interface VaultSettings {
  /** As pods reach it: `https://vault.vault:8200`. */
  readonly address: string;
  /** The KV mount that every reference lies in. */
  readonly mount: KvMount;
  /** The Kubernetes auth method that pods sign in with. Default: the one at `kubernetes`, which exists. */
  readonly auth?: KubernetesAuth;
  /** Of Vault Enterprise or HCP: where pods sign in and read. The provider's own namespace must be the same. Default: none. */
  readonly vaultNamespace?: string;
  /** PEM of the authority that signed Vault's certificate; it is public. Default: those that the images know. */
  readonly ca?: string;
  /** Whom service-account tokens are for; another audience's tokens don't sign in. Default: `vault`. */
  readonly audience?: string;
  /** What brings `env` and `file` secrets into pods; required when there is one. Default: nothing. */
  readonly deliver?: SecretDelivery;
  /** What roles and policies start with; set it where several clusters with the same environment share a Vault. Default: `lockstep`. */
  readonly prefix?: string;
}

/** The Agent injector writes files only, and refreshes them in place. */
export type SecretDelivery = 'vault-secrets-operator' | 'agent-injector';

/** A KV secrets engine. */
export interface KvMount {
  /** As in `mcp`, the start of every reference. */
  readonly path: string;
  readonly version: 1 | 2;
  /** Makes it, protected and kept when the stack goes. Default: false, it exists. */
  readonly create?: boolean;
}

/** A Kubernetes auth method. */
export interface KubernetesAuth {
  /** Default: `kubernetes`. */
  readonly path?: string;
  /** Makes it, for a Vault that runs in this cluster. Default: it exists. */
  readonly create?: NewKubernetesAuth;
}

/** What Vault needs to know of the cluster that it runs in. */
export interface NewKubernetesAuth {
  /** The API server as Vault reaches it: `https://kubernetes.default.svc`. */
  readonly kubernetesHost: Input<string>;
  /** PEM of the API server's authority. Default: the one in Vault's pod. */
  readonly caCert?: Input<string>;
}

/** The secrets of one environment's servers. */
export interface McpSecretsArgs extends VaultSettings {
  /** The environment's name. */
  readonly environment: string;
  /** Where the pods are. */
  readonly namespace: string;
  /** The team that answers for it, as a label. */
  readonly owner: string;
  /** By server; one without secrets gets nothing. */
  readonly servers: Readonly<Record<string, SecretsOfServer>>;
  /** Who reads headers at run time. */
  readonly gateway: { readonly serviceAccount: string };
}

/** What one server's secrets are, and whose they are. */
export interface SecretsOfServer {
  /** As in its definition. */
  readonly secrets: Secrets;
  /** Whom its pods run as; only these read its `env` and `file` secrets. */
  readonly serviceAccount: string;
  /** What is restarted when such a secret changes. */
  readonly workload: Workload;
}

/** A workload in the environment's namespace. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
}
