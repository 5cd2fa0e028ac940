import type { Environment } from '@lockstep/model';
import type { Deployment, EgressInput } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import type { PodTemplateOverrides, Resources } from '../kubernetes/pod-template.ts';
import type { Storage } from '../kubernetes/volumes.ts';
import type { AddressPeer, NetworkSettings, PodPeer } from '../network/settings.ts';
import type { GatewayEndpoint } from '../server/server-args.ts';

/** What may differ between clusters for the gateway. Nothing of it changes what agents may do. */
export interface GatewaySettings {
  /**
   * A Secret in the namespace with the files `root.key`, `audit.key`, where a server runs behind a bridge
   * `bridge.key`, and retired keys as `root.key.1`. The gateway makes none of its own in a cluster.
   */
  readonly keysSecret: string;
  /** A Secret in the namespace with `tokens.json`: the first tokens, as hashes. Default: none. */
  readonly tokensSecret?: string;
  /** Host names that clients use; the names of its Service are always among them. Default: none. */
  readonly hosts?: readonly string[];
  /** How it is reached from outside of the cluster. Default: not. */
  readonly expose?: Exposure;
  /** The volume that keeps approvals and audit. It is protected and outlives the stack. */
  readonly storage: Storage;
  /** Whether Pulumi refuses to delete the volume's claim; off for environments that come and go. Default: true. */
  readonly protect?: boolean;
  /** CPU and memory. Default: 100m and 256Mi, at most 1 and 1Gi. */
  readonly resources?: Resources;
  /** 1: several gateways need a database that they share, which isn't supported yet. Default: 1. */
  readonly replicas?: number;
  /** Annotations of the ServiceAccount, for a cloud identity. Default: none. */
  readonly serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /** Who may connect. Default: nobody, so that a forgotten setting opens nothing. */
  readonly clients?: readonly (PodPeer | AddressPeer)[];
  /** Who may read the metrics. Default: nobody. */
  readonly monitoring?: readonly PodPeer[];
  /**
   * Where it may connect to beside its servers and Vault: an identity provider, an archive. A host that is named here
   * as `unenforced` is so for Vault's address, too. Default: nowhere.
   */
  readonly egress?: readonly EgressInput[];
  /**
   * The bucket that its audit is sent to, in plain text. `egress` lets it out to there, and the ServiceAccount's
   * identity may add objects. Default: none.
   */
  readonly archive?: NonNullable<Deployment['archive']>;
  /** `debug`, `info`, `warn` or `error`. Default: `info`. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** Merged over the pod template, lists by the `name` of their items. Default: nothing. */
  readonly podTemplate?: PodTemplateOverrides;
}

/** The gateway of one environment. */
export interface McpGatewayArgs extends GatewaySettings {
  readonly environment: Environment;
  readonly namespace: string;
  /** The team that answers for it, as a label. */
  readonly owner: string;
  /** The gateway's image, by digest. */
  readonly image: string;
  /** Where each server of the environment is. */
  readonly endpoints: Readonly<Record<string, GatewayEndpoint>>;
  /** Where headers' secrets are read. Default: nowhere. */
  readonly vault?: NonNullable<Deployment['vault']>;
  /** Whom Vault takes service-account tokens from. Default: `vault`. */
  readonly vaultAudience?: string;
  /** Annotations of the pod, as `McpMonitoring` says. Default: none. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  readonly network: NetworkSettings;
}

/** A way in from outside: a Gateway API route or an Ingress. Both end TLS before the gateway. */
export type Exposure = { readonly gatewayApi: RouteExposure } | { readonly ingress: IngressExposure };

/** A Gateway API route that leads to the gateway. */
export interface RouteExposure {
  /** The Gateways that carry the route; their listeners hold the certificates. */
  readonly parentRefs: readonly ParentReference[];
  /** The first is the one in the URL that clients are given. */
  readonly hostnames: readonly string[];
}

/** A Gateway that carries the route. */
export interface ParentReference {
  readonly name: string;
  /** Default: the route's own. */
  readonly namespace?: string;
  /** The listener. Default: all that fit. */
  readonly sectionName?: string;
}

/** An Ingress that leads to the gateway. */
export interface IngressExposure {
  readonly className: string;
  readonly host: string;
  /** A Secret in the namespace with the certificate. */
  readonly tlsSecret: string;
  /** Default: none. */
  readonly annotations?: Readonly<Record<string, Input<string>>>;
}
