import type { ServerInput } from '@lockstep/model';
import type { Release, ServerDefinition } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { type PodSettings, podSettingsFields } from '../kubernetes/pod-settings.ts';
import {
  type PodAdditions,
  type PodTemplateOverrides,
  podAdditionsSchema,
  podTemplateSchema,
  type Resources,
  resourcesSchema,
} from '../kubernetes/pod-template.ts';
import { type Storage, storageSchema } from '../kubernetes/volumes.ts';
import { type NetworkSettings, networkSchema, type PodPeer, podPeerSchema } from '../network/settings.ts';
import {
  count,
  either,
  fields,
  given,
  listOf,
  mapOf,
  native,
  number,
  oneOf,
  plainText,
  text,
  textMap,
  toggle,
} from '../schema.ts';

/**
 * A server's settings that may differ between clusters. None of them changes what agents may do.
 *
 * @example
 * const files: ServerSettings = {
 *   resources: { requests: { cpu: '100m', memory: '256Mi' } },
 *   replicas: 1,
 *   data: { size: '5Gi' },
 *   serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/files' },
 *   env: { REGION: 'eu-west-1' },
 *   volumes: [{ name: 'rules', mountPath: '/rules', source: { configMap: { name: 'rules' } } }],
 *   nodeSelector: { pool: 'agents' },
 *   podTemplate: { spec: { hostAliases: [{ ip: '10.0.0.9', hostnames: ['files.internal'] }] } },
 * };
 * const github: ServerSettings = { autoscaling: { minReplicas: 2, maxReplicas: 6 } };
 */
export interface ServerSettings extends PodSettings {
  /**
   * CPU and memory of the server's container. Default: requests of 50m and 128Mi, or 192Mi with a bridge; limits
   * depend on the kind and on the maximum number of processes.
   */
  readonly resources?: Resources;
  /** How many pods run. Only a server from an image, without `data`, can have several. Default: 1. */
  readonly replicas?: number;
  /** Scales the number of pods by CPU use or by KEDA's triggers, instead of `replicas`. Default: none. */
  readonly autoscaling?: Autoscaling | KedaAutoscaling;
  /** A volume that outlives the pod, at `/var/lib/lockstep`; the server becomes a StatefulSet. Default: none. */
  readonly data?: Storage;
  /** Annotations of the ServiceAccount, for a cloud identity: `eks.amazonaws.com/role-arn`. Default: none. */
  readonly serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /** Variables for this cluster, including those that the definition `needs`. Put no secrets here. Default: none. */
  readonly env?: Readonly<Record<string, Input<string>>>;
  /** More volumes to mount into the server's container. Default: none. */
  readonly volumes?: readonly MountedVolume[];
  /** Overrides that are merged into the pod template; lists are merged by the `name` of their items. Default: none. */
  readonly podTemplate?: PodTemplateOverrides;
}

/**
 * The arguments of `McpServer`.
 *
 * @example
 * const args: McpServerArgs = {
 *   name: 'files',
 *   definition: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] } },
 *   release,
 *   environment: 'prod',
 *   namespace: 'mcp-prod',
 *   sharesNamespace: false,
 *   owner: 'platform',
 *   image: images.files,
 *   gateway: { namespace: 'mcp-prod', podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   keysSecret: 'lockstep-keys',
 *   network: { hostNames: 'cilium' },
 *   packages: 'install',
 *   pod: { annotations: { 'example.com/scan': 'true' } },
 * };
 */
export interface McpServerArgs extends ServerSettings {
  /** The server's name in the environment. */
  readonly name: string;
  /** The definition, as a person declares it or as `defineServers` returns it. */
  readonly definition: ServerInput | ServerDefinition;
  /** The pinned release, whose source says what to run. */
  readonly release: Pick<Release, 'source'>;
  /** The environment's name. */
  readonly environment: string;
  /** Where it runs: `ns.metadata.name` of a Namespace in the same program, or the name of one that exists. */
  readonly namespace: Input<string>;
  /** Whether the namespace has other environments too; see {@link Naming}. Default: false. */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /**
   * The image by digest: the server's own, or the gateway's image with the package in it. Default: the pinned
   * reference of a server from an image. A package or a command requires it, and a remote server has none.
   */
  readonly image?: Input<string>;
  /**
   * Installs the package from npm when a pod starts, as the lock pins it; `image` is then the gateway's. The server's
   * `egress` must declare the registry. Default: the package is in the image.
   */
  readonly packages?: PackageInstallation;
  /** The gateway's pods, which may connect. */
  readonly gateway: PodPeer;
  /**
   * A Secret in the namespace with `bridge.key`, 32 bytes. Required unless the server is an image or remote. Default:
   * none.
   */
  readonly keysSecret?: Input<string>;
  /** What network policies need to know of this cluster. */
  readonly network: NetworkSettings;
  /** What brings secrets into the pods, from `McpSecrets`. Default: nothing. */
  readonly pod?: PodAdditions;
}

/**
 * Bounds and target for scaling by CPU use.
 *
 * @example
 * const autoscaling: Autoscaling = { minReplicas: 2, maxReplicas: 6, targetCpu: 60 };
 */
export interface Autoscaling {
  /** The fewest pods. Default: 1. */
  readonly minReplicas?: number;
  /** The most pods. */
  readonly maxReplicas: number;
  /** The target CPU use, as a percentage of the request. Default: 70. */
  readonly targetCpu?: number;
}

/**
 * Scaling by KEDA, which must run in the cluster.
 *
 * @example
 * const autoscaling: KedaAutoscaling = {
 *   minReplicas: 1,
 *   maxReplicas: 6,
 *   triggers: [{ type: 'prometheus', metadata: { serverAddress: 'http://prometheus.monitoring:9090', query: 'sum(rate(x[1m]))', threshold: '10' } }],
 * };
 */
export interface KedaAutoscaling {
  /** The fewest pods. Default: 1. */
  readonly minReplicas?: number;
  /** The most pods. */
  readonly maxReplicas: number;
  /** What scales it, as in a ScaledObject. Source: keda.sh/docs, ScaledObject specification. */
  readonly triggers: readonly KedaTrigger[];
}

/**
 * A trigger of a ScaledObject.
 *
 * @example
 * const trigger: KedaTrigger = {
 *   type: 'prometheus',
 *   metadata: { serverAddress: 'http://prometheus.monitoring:9090', query: 'sum(rate(x[1m]))', threshold: '10' },
 *   authenticationRef: { name: 'prometheus' },
 * };
 */
export interface KedaTrigger {
  /** Its kind: `prometheus`, `cron`. */
  readonly type: Input<string>;
  /** What that kind needs. */
  readonly metadata: Readonly<Record<string, Input<string>>>;
  /** How it signs in: the name of a TriggerAuthentication. Default: it doesn't. */
  readonly authenticationRef?: { readonly name: Input<string> };
}

/**
 * A volume and where it is mounted.
 *
 * @example
 * const volume: MountedVolume = {
 *   name: 'kubeconfig',
 *   mountPath: '/etc/kubeconfig',
 *   readOnly: true,
 *   source: { secret: { secretName: 'kube-kubeconfig' } },
 * };
 */
export interface MountedVolume {
  /** The volume's name in the pod. */
  readonly name: string;
  /** Where it is mounted. */
  readonly mountPath: Input<string>;
  /** Whether the server can't write to it. Default: true. */
  readonly readOnly?: boolean;
  /** The volume without its name: `{ configMap: { name } }`. */
  readonly source: Omit<k8s.types.input.core.v1.Volume, 'name'>;
}

/**
 * How the gateway reaches one server.
 *
 * @example
 * const docs: GatewayEndpoint = {
 *   url: 'http://mcp-docs.mcp-prod.svc:8080/mcp',
 *   bridge: false,
 *   vaultRole: 'lockstep.prod.docs.gateway',
 *   pods: { namespace: 'mcp-prod', podLabels: { 'lockstep.dev/server': 'docs' }, port: 8080 },
 * };
 */
export interface GatewayEndpoint {
  /** The MCP endpoint. */
  readonly url: Input<string>;
  /** Whether a bridge answers there. */
  readonly bridge: boolean;
  /** The Vault role for the server's headers. Default: none. */
  readonly vaultRole?: Input<string>;
  /** The pods that answer there, for the gateway's network policy. Default: what the URL says. */
  readonly pods?: EndpointPods;
}

/**
 * The pods behind an endpoint.
 *
 * @example
 * const pods: EndpointPods = {
 *   namespace: 'mcp-prod',
 *   podLabels: selectorOf({ environment: 'prod', component: 'server', server: 'files' }),
 *   port: 8080,
 * };
 */
export interface EndpointPods extends PodPeer {
  /** The container's port. */
  readonly port: Input<number>;
}

const autoscalingSchema = either(
  fields<Autoscaling>({ minReplicas: count.optional(), maxReplicas: count, targetCpu: count.optional() }),
  fields<KedaAutoscaling>({
    minReplicas: count.optional(),
    maxReplicas: count,
    triggers: listOf(
      fields<KedaTrigger>({ type: text, metadata: textMap, authenticationRef: native.optional() }),
    ),
  }),
);

/**
 * Where packages are installed from when pods start: npm's own registry, or another one.
 *
 * @example
 * const fromNpm: PackageInstallation = 'install';
 * const fromOurs: PackageInstallation = { registry: 'https://npm.example.com/' };
 */
export type PackageInstallation =
  | 'install'
  | {
      /** The registry's address. */
      readonly registry: string;
    };

export const packagesSchema = either(
  oneOf('install'),
  fields<Exclude<PackageInstallation, 'install'>>({ registry: plainText }),
);

const serverSettingsFields = {
  ...podSettingsFields,
  resources: resourcesSchema.optional(),
  replicas: count.optional(),
  autoscaling: autoscalingSchema.optional(),
  data: storageSchema.optional(),
  serviceAccountAnnotations: textMap.optional(),
  env: textMap.optional(),
  volumes: listOf(
    fields<MountedVolume>({
      name: plainText,
      mountPath: text,
      readOnly: toggle.optional(),
      source: native,
    }),
  ).optional(),
  podTemplate: podTemplateSchema.optional(),
};

export const serverSettingsSchema = fields<ServerSettings>(serverSettingsFields);

export const endpointsSchema = mapOf(
  fields<GatewayEndpoint>({
    url: text,
    bridge: toggle,
    vaultRole: text.optional(),
    pods: fields<EndpointPods>({ namespace: text, podLabels: textMap.optional(), port: number }).optional(),
  }),
);

export const serverSchema = fields<McpServerArgs>({
  ...serverSettingsFields,
  name: plainText,
  definition: given("the server's definition"),
  release: given('the pinned release, as the lock has it'),
  environment: plainText,
  namespace: text,
  sharesNamespace: toggle.optional(),
  owner: text,
  image: text.optional(),
  packages: packagesSchema.optional(),
  gateway: podPeerSchema,
  keysSecret: text.optional(),
  network: networkSchema,
  pod: podAdditionsSchema.optional(),
});
