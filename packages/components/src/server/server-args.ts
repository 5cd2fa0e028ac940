import type { ServerInput } from '@lockstep/model';
import type { Release, ServerDefinition } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import type { PodAdditions, PodTemplateOverrides, Resources } from '../kubernetes/pod-template.ts';
import type { Storage } from '../kubernetes/volumes.ts';
import type { NetworkSettings, PodPeer } from '../network/settings.ts';

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
 *   podTemplate: { spec: { nodeSelector: { pool: 'agents' } } },
 * };
 * const github: ServerSettings = { autoscaling: { minReplicas: 2, maxReplicas: 6 } };
 */
export interface ServerSettings {
  /**
   * CPU and memory of the server's container. Default: requests of 50m and 128Mi, or 192Mi with a bridge; limits
   * depend on the kind and on the maximum number of processes.
   */
  readonly resources?: Resources;
  /** How many pods run. Only a server from an image, without `data`, can have several. Default: 1. */
  readonly replicas?: number;
  /** Scales the number of pods by CPU use, instead of `replicas`. Default: none. */
  readonly autoscaling?: Autoscaling;
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
 *   owner: 'platform',
 *   image: images.files,
 *   gateway: { namespace: 'mcp-prod', podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   keysSecret: 'lockstep-keys',
 *   network: { hostNames: 'cilium' },
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
  /** Where it runs. The namespace exists, or is passed in `opts.dependsOn`. */
  readonly namespace: string;
  /** The team that is responsible for it, as a label. */
  readonly owner: string;
  /**
   * The image by digest: the server's own, or the gateway's image with the package in it. Default: the pinned
   * reference of a server from an image. A package or a command requires it, and a remote server has none.
   */
  readonly image?: string;
  /** The gateway's pods, which may connect. */
  readonly gateway: PodPeer;
  /**
   * A Secret in the namespace with `bridge.key`, 32 bytes. Required unless the server is an image or remote. Default:
   * none.
   */
  readonly keysSecret?: string;
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
  readonly mountPath: string;
  /** Whether the server can't write to it. Default: true. */
  readonly readOnly?: boolean;
  /** The volume without its name: `{ configMap: { name } }`. */
  readonly source: Omit<k8s.types.input.core.v1.Volume, 'name'>;
}

/**
 * How the gateway reaches one server.
 *
 * @example
 * const docs: GatewayEndpoint = { url: 'https://docs.example.com/mcp', bridge: false, vaultRole: 'lockstep-prod-docs' };
 */
export interface GatewayEndpoint {
  /** The MCP endpoint. */
  readonly url: string;
  /** Whether a bridge answers there. */
  readonly bridge: boolean;
  /** The Vault role for the server's headers. Default: none. */
  readonly vaultRole?: string;
}
