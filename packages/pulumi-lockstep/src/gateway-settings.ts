import type { Input } from '@pulumi/pulumi';
import type { Egress, Peer, PodPeer } from './network-settings.ts';
import type { PodSettings, Resources, Storage } from './pod-settings.ts';

/** How much the gateway logs. */
export const LogLevel = {
  /** Everything, for finding a fault. */
  Debug: 'debug',
  /** What happens. */
  Info: 'info',
  /** What may need attention. */
  Warn: 'warn',
  /** What failed. */
  Error: 'error',
} as const;
/** How much the gateway logs. */
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** The gateway's settings that may differ between clusters. None of them changes what agents may do. */
export interface GatewaySettings extends PodSettings {
  /**
   * A Secret in the namespace with the files `root.key` and `audit.key`, retired keys such as `root.key.1`, and
   * `bridge.key` if a server runs behind a bridge. `lockstep keys create` makes it.
   * Required unless `keys` has them made. Default: `lockstep-keys` with `keys`.
   */
  readonly keysSecret?: Input<string>;
  /** `create` has the keys made in the cluster, once, unless the Secret has some. Default: the Secret is there already. */
  readonly keys?: string;
  /** A Secret in the namespace with `tokens.json`: the first tokens, as hashes. Default: none. */
  readonly tokensSecret?: Input<string>;
  /** More host names that clients use, besides the names of the gateway's Service. Default: none. */
  readonly hosts?: Input<string>[];
  /** How clients outside the cluster reach it. Default: they can't. */
  readonly expose?: Exposure;
  /** The volume that keeps approvals and audit. It is protected and outlives the stack. */
  readonly storage: Storage;
  /** Whether Pulumi refuses to delete the volume's claim. Turn it off for short-lived environments. Default: true. */
  readonly protect?: boolean;
  /** CPU and memory. Default: requests of 100m and 256Mi, limits of 1 and 1Gi. */
  readonly resources?: Resources;
  /** Must be 1, because several gateways need a shared database, which isn't supported yet. Default: 1. */
  readonly replicas?: number;
  /** Annotations of the ServiceAccount, for a cloud identity. Default: none. */
  readonly serviceAccountAnnotations?: Record<string, Input<string>>;
  /** Who may connect. Default: nobody, so that a forgotten setting opens nothing. */
  readonly clients?: Peer[];
  /** Who may read the metrics. Default: nobody. */
  readonly monitoring?: PodPeer[];
  /**
   * Where it may connect to, besides its servers and Vault: an identity provider, an archive. If Vault's host is
   * `unenforced` here, that also applies to Vault's address. Default: nowhere.
   */
  readonly egress?: Egress[];
  /**
   * The bucket for its audit. `egress` must allow the bucket, and the ServiceAccount's identity must be able to add
   * objects. Default: none.
   */
  readonly archive?: AuditBucket;
  /** How much it logs. Default: `info`. */
  readonly logLevel?: LogLevel;
  /**
   * Fields of the pod template in Kubernetes' own form, which are merged into it; lists are merged by the `name` of their
   * items. Default: none.
   */
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own types are more than the schema should repeat
  readonly podTemplate?: any;
}

/** A way in from outside: a Gateway API route or an Ingress, not both. Both terminate TLS before the gateway. */
export interface Exposure {
  /** A Gateway API route. Default: none. */
  readonly gatewayApi?: RouteExposure;
  /** An Ingress. Default: none. */
  readonly ingress?: IngressExposure;
}

/** A Gateway API route that leads to the gateway. */
export interface RouteExposure {
  /** The Gateways that carry the route; their listeners hold the certificates. */
  readonly parentRefs: ParentReference[];
  /** Host names of the route. The first one is in the URL for clients. */
  readonly hostnames: Input<string>[];
  /** Annotations that controllers read, such as external-dns. cert-manager reads those of the Gateway. Default: none. */
  readonly annotations?: Record<string, Input<string>>;
}

/** A Gateway that carries the route. */
export interface ParentReference {
  /** The Gateway's name. */
  readonly name: Input<string>;
  /** The Gateway's namespace. Default: the route's own. */
  readonly namespace?: Input<string>;
  /** The listener. Default: all matching ones. */
  readonly sectionName?: Input<string>;
}

/** An Ingress that leads to the gateway. */
export interface IngressExposure {
  /** The IngressClass that serves it. */
  readonly className: Input<string>;
  /** The host name in the URL that clients are given. */
  readonly host: Input<string>;
  /** A Secret in the namespace with the certificate. */
  readonly tlsSecret: Input<string>;
  /** Annotations that its controller reads. Default: none. */
  readonly annotations?: Record<string, Input<string>>;
}

/** An S3 bucket whose defaults lock and encrypt the closed segments of an audit. */
export interface AuditBucket {
  /** The bucket's name. */
  readonly bucket: Input<string>;
  /** The bucket's region. */
  readonly region: Input<string>;
  /** The prefix of all keys, without slashes at its ends. Default: none; keys then begin with the environment. */
  readonly prefix?: Input<string>;
  /** ARN of the KMS key to encrypt with. Default: the bucket's key. */
  readonly kmsKey?: Input<string>;
  /** The endpoint of an S3-compatible store outside AWS. Default: the region's endpoint. */
  readonly endpoint?: Input<string>;
}
