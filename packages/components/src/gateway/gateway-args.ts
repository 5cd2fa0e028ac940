import type { Environment } from '@lockstep/model';
import type { BundledEnvironment, Deployment, EgressInput } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { type PodSettings, podSettingsFields } from '../kubernetes/pod-settings.ts';
import {
  type PodTemplateOverrides,
  podTemplateSchema,
  type Resources,
  resourcesSchema,
} from '../kubernetes/pod-template.ts';
import { type Storage, storageSchema } from '../kubernetes/volumes.ts';
import {
  type AddressPeer,
  type NetworkSettings,
  networkSchema,
  type PodPeer,
  peerSchema,
  podPeerSchema,
} from '../network/settings.ts';
import {
  count,
  either,
  fields,
  listOf,
  native,
  oneEnvironment,
  oneOf,
  text,
  textMap,
  texts,
  toggle,
} from '../schema.ts';
import type { VaultEndpoint } from '../secrets/secrets-args.ts';
import { endpointsSchema, type GatewayEndpoint } from '../server/server-args.ts';

/**
 * The gateway's settings that may differ between clusters. None of them changes what agents may do.
 *
 * @example
 * const gateway: GatewaySettings = {
 *   keysSecret: 'lockstep-keys',
 *   tokensSecret: 'lockstep-tokens',
 *   hosts: ['mcp.internal.example.com'],
 *   expose: { gatewayApi: { parentRefs: [{ name: 'public' }], hostnames: ['mcp.example.com'] } },
 *   storage: { size: '20Gi', storageClass: 'fast' },
 *   protect: false,
 *   resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } },
 *   replicas: 1,
 *   serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/gateway' },
 *   clients: [{ namespace: 'agents' }, { cidr: '10.20.0.0/16' }],
 *   monitoring: [{ namespace: 'monitoring' }],
 *   egress: ['acme-mcp-audit.s3.eu-west-1.amazonaws.com'],
 *   archive: { bucket: 'acme-mcp-audit', region: 'eu-west-1' },
 *   logLevel: 'debug',
 *   priorityClassName: 'high',
 *   podTemplate: { spec: { hostAliases: [{ ip: '10.0.0.9', hostnames: ['idp.internal'] }] } },
 * };
 */
export interface GatewaySettings extends PodSettings {
  /**
   * A Secret in the namespace with the files `root.key` and `audit.key`, retired keys such as `root.key.1`, and
   * `bridge.key` if a server runs behind a bridge. The gateway itself makes no keys in a cluster. Required unless `keys`
   * has them made. Default: `lockstep-keys` with `keys: 'create'`.
   */
  readonly keysSecret?: Input<string>;
  /**
   * `create` has a Job make the keys in the cluster, once, unless the Secret has some. No key leaves the cluster, and the
   * Secret stays when the stack goes: keep a copy of it. Default: the Secret is there already.
   *
   * @example
   * keys: 'create'
   */
  readonly keys?: 'create';
  /** A Secret in the namespace with `tokens.json`: the first tokens, as hashes. Default: none. */
  readonly tokensSecret?: Input<string>;
  /** More host names that clients use, besides the names of the gateway's Service. Default: none. */
  readonly hosts?: readonly Input<string>[];
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
  readonly serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /** Who may connect. Default: nobody, so that a forgotten setting opens nothing. */
  readonly clients?: readonly (PodPeer | AddressPeer)[];
  /** Who may read the metrics. Default: nobody. */
  readonly monitoring?: readonly PodPeer[];
  /**
   * Where it may connect to, besides its servers and Vault: an identity provider, an archive. If Vault's host is
   * `unenforced` here, that also applies to Vault's address. Default: nowhere.
   */
  readonly egress?: readonly EgressInput[];
  /**
   * The bucket for its audit. `egress` must allow the bucket, and the ServiceAccount's identity must
   * be able to add objects. Default: none.
   */
  readonly archive?: AuditBucket;
  /** `debug`, `info`, `warn` or `error`. Default: `info`. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** Overrides that are merged into the pod template; lists are merged by the `name` of their items. Default: none. */
  readonly podTemplate?: PodTemplateOverrides;
}

/**
 * The bucket for the audit.
 *
 * @example
 * const archive: AuditBucket = { bucket: 'acme-mcp-audit', region: 'eu-west-1', prefix: 'mcp' };
 */
export type AuditBucket = {
  readonly [Field in keyof NonNullable<Deployment['archive']>]: Input<
    NonNullable<NonNullable<Deployment['archive']>[Field]>
  >;
};

/**
 * The arguments of `McpGateway`.
 *
 * @example
 * const args: McpGatewayArgs = {
 *   environment: environments.prod,
 *   namespace: 'mcp-prod',
 *   sharesNamespace: false,
 *   owner: 'platform',
 *   image: images.gateway,
 *   endpoints: { files: { url: 'http://mcp-files:8080/mcp', bridge: true } },
 *   vault: { address: 'https://vault.vault:8200', mount: 'mcp', kvVersion: 2, authMount: 'kubernetes' },
 *   vaultAudience: 'vault',
 *   podAnnotations: { 'prometheus.io/scrape': 'true' },
 *   network: { hostNames: 'cilium' },
 *   keysSecret: 'lockstep-keys',
 *   storage: { size: '10Gi' },
 * };
 */
export interface McpGatewayArgs extends GatewaySettings {
  /** From `defineEnvironments`. */
  readonly environment: Environment | BundledEnvironment;
  /** Where it runs: `ns.metadata.name` of a Namespace in the same program, or the name of one that exists. */
  readonly namespace: Input<string>;
  /** Whether the namespace has other environments too; see {@link Naming}. Default: false. */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /** The gateway's image, by digest. Default: the one that was released with this package. */
  readonly image?: Input<string>;
  /** Where each server of the environment is. */
  readonly endpoints: Readonly<Record<string, GatewayEndpoint>>;
  /** Where the gateway reads secrets for headers. Default: nowhere. */
  readonly vault?: VaultEndpoint;
  /** The audience of service-account tokens that Vault accepts. Default: `vault`. */
  readonly vaultAudience?: Input<string>;
  /** Annotations of the pod, from `McpMonitoring`. Default: none. */
  readonly podAnnotations?: Readonly<Record<string, Input<string>>>;
  /** What network policies need to know of this cluster. */
  readonly network: NetworkSettings;
}

/**
 * A way in from outside: a Gateway API route or an Ingress. Both terminate TLS before the gateway.
 *
 * @example
 * const route: Exposure = {
 *   gatewayApi: { parentRefs: [{ name: 'public', namespace: 'gateways' }], hostnames: ['mcp.example.com'] },
 * };
 * const ingress: Exposure = {
 *   ingress: { className: 'nginx', host: 'mcp.example.com', tlsSecret: 'mcp-tls' },
 * };
 */
export type Exposure = { readonly gatewayApi: RouteExposure } | { readonly ingress: IngressExposure };

/**
 * A Gateway API route that leads to the gateway.
 *
 * @example
 * const route: RouteExposure = {
 *   parentRefs: [{ name: 'public', namespace: 'gateways' }],
 *   hostnames: ['mcp.example.com'],
 *   annotations: { 'external-dns.alpha.kubernetes.io/ttl': '60' },
 * };
 */
export interface RouteExposure {
  /** The Gateways that carry the route; their listeners hold the certificates. */
  readonly parentRefs: readonly ParentReference[];
  /** Host names of the route. The first one is in the URL for clients. */
  readonly hostnames: readonly Input<string>[];
  /** Annotations that controllers read, such as external-dns. cert-manager reads those of the Gateway. Default: none. */
  readonly annotations?: Readonly<Record<string, Input<string>>>;
}

/**
 * A Gateway that carries the route.
 *
 * @example
 * const parent: ParentReference = { name: 'public', namespace: 'gateways', sectionName: 'https' };
 */
export interface ParentReference {
  /** The Gateway's name. */
  readonly name: Input<string>;
  /** The Gateway's namespace. Default: the route's own. */
  readonly namespace?: Input<string>;
  /** The listener. Default: all matching ones. */
  readonly sectionName?: Input<string>;
}

/**
 * An Ingress that leads to the gateway.
 *
 * @example
 * const ingress: IngressExposure = {
 *   className: 'nginx',
 *   host: 'mcp.example.com',
 *   tlsSecret: 'mcp-tls',
 *   annotations: {
 *     'cert-manager.io/cluster-issuer': 'letsencrypt',
 *     'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
 *   },
 * };
 */
export interface IngressExposure {
  /** The IngressClass that serves it. */
  readonly className: Input<string>;
  /** The host name in the URL that clients are given. */
  readonly host: Input<string>;
  /** A Secret in the namespace with the certificate. */
  readonly tlsSecret: Input<string>;
  /** Annotations that its controller reads. Default: none. */
  readonly annotations?: Readonly<Record<string, Input<string>>>;
}

const exposureSchema = either(
  fields<{ readonly gatewayApi: RouteExposure }>({
    gatewayApi: fields<RouteExposure>({
      parentRefs: listOf(
        fields<ParentReference>({
          name: text,
          namespace: text.optional(),
          sectionName: text.optional(),
        }),
      ),
      hostnames: texts,
      annotations: textMap.optional(),
    }),
  }),
  fields<{ readonly ingress: IngressExposure }>({
    ingress: fields<IngressExposure>({
      className: text,
      host: text,
      tlsSecret: text,
      annotations: textMap.optional(),
    }),
  }),
);

const gatewaySettingsFields = {
  ...podSettingsFields,
  keysSecret: text.optional(),
  keys: oneOf('create').optional(),
  tokensSecret: text.optional(),
  hosts: texts.optional(),
  expose: exposureSchema.optional(),
  storage: storageSchema,
  protect: toggle.optional(),
  resources: resourcesSchema.optional(),
  replicas: count.optional(),
  serviceAccountAnnotations: textMap.optional(),
  clients: listOf(peerSchema).optional(),
  monitoring: listOf(podPeerSchema).optional(),
  egress: native.optional(),
  archive: fields<AuditBucket>({
    bucket: text,
    region: text,
    prefix: text.optional(),
    kmsKey: text.optional(),
    endpoint: text.optional(),
  }).optional(),
  logLevel: oneOf('debug', 'info', 'warn', 'error').optional(),
  podTemplate: podTemplateSchema.optional(),
};

export const gatewaySettingsSchema = fields<GatewaySettings>(gatewaySettingsFields);

export const gatewaySchema = fields<McpGatewayArgs>({
  ...gatewaySettingsFields,
  environment: oneEnvironment,
  namespace: text,
  sharesNamespace: toggle.optional(),
  owner: text,
  image: text.optional(),
  endpoints: endpointsSchema,
  vault: native.optional(),
  vaultAudience: text.optional(),
  podAnnotations: textMap.optional(),
  network: networkSchema,
});
