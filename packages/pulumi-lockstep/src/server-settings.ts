import type { Input } from '@pulumi/pulumi';
import type { PodSettings, Resources, Storage } from './pod-settings.ts';

/** A server's settings that may differ between clusters. None of them changes what agents may do. */
export interface ServerSettings extends PodSettings {
  /**
   * CPU and memory of the server's container. Default: requests of 50m and 128Mi, or 192Mi with a bridge; limits depend
   * on the kind and on the maximum number of processes.
   */
  readonly resources?: Resources;
  /** How many pods run. Only a server from an image, without `data`, can have several. Default: 1. */
  readonly replicas?: number;
  /** Scales the number of pods by CPU use or by KEDA's triggers, instead of `replicas`. Default: none. */
  readonly autoscaling?: Autoscaling;
  /** A volume that outlives the pod, at `/var/lib/lockstep`; the server becomes a StatefulSet. Default: none. */
  readonly data?: Storage;
  /** Annotations of the ServiceAccount, for a cloud identity: `eks.amazonaws.com/role-arn`. Default: none. */
  readonly serviceAccountAnnotations?: Record<string, Input<string>>;
  /** Variables for this cluster, including those that the definition `needs`. Put no secrets here. Default: none. */
  readonly env?: Record<string, Input<string>>;
  /** More volumes to mount into the server's container. Default: none. */
  readonly volumes?: MountedVolume[];
  /**
   * Fields of the pod template in Kubernetes' own form, which are merged into it; lists are merged by the `name` of their
   * items. Default: none.
   */
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own types are more than the schema should repeat
  readonly podTemplate?: any;
}

/** Bounds for scaling, and what scales. */
export interface Autoscaling {
  /** The fewest pods. Default: 1. */
  readonly minReplicas?: number;
  /** The most pods. */
  readonly maxReplicas: number;
  /** The target CPU use, as a percentage of the request. Default: 70, unless there are triggers. */
  readonly targetCpu?: number;
  /** KEDA's triggers, as in a ScaledObject, instead of CPU use. Default: none. */
  readonly triggers?: KedaTrigger[];
}

/** What scales a server by KEDA. */
export interface KedaTrigger {
  /** Its kind: `prometheus`, `cron`. */
  readonly type: Input<string>;
  /** What that kind needs. */
  readonly metadata: Record<string, Input<string>>;
  /** How it signs in. Default: it doesn't. */
  readonly authenticationRef?: TriggerAuthentication;
}

/** How a trigger of KEDA signs in. */
export interface TriggerAuthentication {
  /** The name of a TriggerAuthentication. */
  readonly name: Input<string>;
}

/** A volume and where it is mounted. */
export interface MountedVolume {
  /** The volume's name in the pod. */
  readonly name: string;
  /** Where it is mounted. */
  readonly mountPath: Input<string>;
  /** Whether the server can't write to it. Default: true. */
  readonly readOnly?: boolean;
  /** The volume without its name, in Kubernetes' own form: `{ configMap: { name } }`. */
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own types are more than the schema should repeat
  readonly source: any;
}
