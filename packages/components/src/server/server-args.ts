import type { ServerInput } from '@lockstep/model';
import type { Release, ServerDefinition } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import type { PodAdditions, PodTemplateOverrides, Resources } from '../kubernetes/pod-template.ts';
import type { Storage } from '../kubernetes/volumes.ts';
import type { NetworkSettings, PodPeer } from '../network/settings.ts';

/** What may differ between clusters for one server. Nothing of it changes what agents may do. */
export interface ServerSettings {
  /** CPU and memory of the server's container. Default: 50m and 128Mi, or 192Mi with a bridge; limits by kind and process cap. */
  readonly resources?: Resources;
  /** How many pods. Only servers from an image, without `data`, can have several. Default: 1. */
  readonly replicas?: number;
  /** Scales the pods by CPU use, instead of `replicas`. Default: none. */
  readonly autoscaling?: Autoscaling;
  /** A volume that outlives the pod, at `/var/lib/lockstep`; the server becomes a StatefulSet. Default: none. */
  readonly data?: Storage;
  /** Annotations of the ServiceAccount, for a cloud identity: `eks.amazonaws.com/role-arn`. Default: none. */
  readonly serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /** Variables of this cluster only, those that the definition `needs` among them. Never secrets. Default: none. */
  readonly env?: Readonly<Record<string, Input<string>>>;
  /** More volumes, mounted into the server's container. Default: none. */
  readonly volumes?: readonly MountedVolume[];
  /** Merged over the pod template, lists by the `name` of their items. Default: nothing. */
  readonly podTemplate?: PodTemplateOverrides;
}

/** One MCP server in a namespace. */
export interface McpServerArgs extends ServerSettings {
  /** The server's name in the environment. */
  readonly name: string;
  /** As a person declares it, or as `defineServers` gives it. */
  readonly definition: ServerInput | ServerDefinition;
  /** The pinned release: its source says what is run. */
  readonly release: Pick<Release, 'source'>;
  /** The environment's name. */
  readonly environment: string;
  readonly namespace: string;
  /** The team that answers for it, as a label. */
  readonly owner: string;
  /**
   * The image by digest: the server's own, or the gateway's image with the package in it. Default: for a server from
   * an image its pinned reference; otherwise it is required. A remote server has none.
   */
  readonly image?: string;
  /** The pods that may connect. */
  readonly gateway: PodPeer;
  /** A Secret in the namespace with `bridge.key`, 32 bytes; required unless the server is an image or remote. */
  readonly keysSecret?: string;
  readonly network: NetworkSettings;
  /** How secrets come into the pods, as `McpSecrets` says. Default: none do. */
  readonly pod?: PodAdditions;
}

/** How many pods there are, by their use of CPU. */
export interface Autoscaling {
  /** Default: 1. */
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  /** The CPU use that is aimed at, in percent of the request. Default: 70. */
  readonly targetCpu?: number;
}

/** A volume and where it is mounted. */
export interface MountedVolume {
  readonly name: string;
  readonly mountPath: string;
  /** Default: true. */
  readonly readOnly?: boolean;
  /** What it is, without its name: `{ configMap: { name } }`. */
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
