import type { ServerInput } from '@lockstep/model';
import type { Release, ServerDefinition } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import type { PodAdditions, PodTemplateOverrides, Resources } from '../kubernetes/pod-template.ts';
import type { Storage } from '../kubernetes/volumes.ts';
import type { NetworkSettings, PodPeer } from '../network/settings.ts';

/** A server's settings that may differ between clusters. None of them changes what agents may do. */
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

/** The arguments of `McpServer`. */
export interface McpServerArgs extends ServerSettings {
  /** The server's name in the environment. */
  readonly name: string;
  /** The definition, as a person declares it or as `defineServers` returns it. */
  readonly definition: ServerInput | ServerDefinition;
  /** The pinned release, whose source says what to run. */
  readonly release: Pick<Release, 'source'>;
  /** The environment's name. */
  readonly environment: string;
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
  /** A Secret in the namespace with `bridge.key`, 32 bytes. Required unless the server is an image or remote. */
  readonly keysSecret?: string;
  readonly network: NetworkSettings;
  /** What brings secrets into the pods, from `McpSecrets`. Default: nothing. */
  readonly pod?: PodAdditions;
}

/** Bounds and target for scaling by CPU use. */
export interface Autoscaling {
  /** Default: 1. */
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  /** The target CPU use, as a percentage of the request. Default: 70. */
  readonly targetCpu?: number;
}

/** A volume and where it is mounted. */
export interface MountedVolume {
  readonly name: string;
  readonly mountPath: string;
  /** Default: true. */
  readonly readOnly?: boolean;
  /** The volume without its name: `{ configMap: { name } }`. */
  readonly source: Omit<k8s.types.input.core.v1.Volume, 'name'>;
}

/** How the gateway reaches one server. */
export interface GatewayEndpoint {
  /** The MCP endpoint. */
  readonly url: string;
  /** Whether a bridge answers there. */
  readonly bridge: boolean;
  /** The Vault role for the server's headers. Default: none. */
  readonly vaultRole?: string;
}
