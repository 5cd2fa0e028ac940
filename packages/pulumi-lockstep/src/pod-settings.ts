import type { Input } from '@pulumi/pulumi';

/** Where pods may run, and what a platform team adds to them. Everything else goes into `podTemplate`. */
export interface PodSettings {
  /** Secrets in the namespace to pull images with. Default: those of the node. */
  readonly imagePullSecrets?: Input<string>[];
  /** Labels of the nodes that may run the pods. Default: any node. */
  readonly nodeSelector?: Record<string, Input<string>>;
  /** Taints that the pods tolerate, in Kubernetes' own form. Default: none. */
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own types are more than the schema should repeat
  readonly tolerations?: any[];
  /** What draws the pods to nodes or to other pods, or keeps them away, in Kubernetes' own form. Default: none. */
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own types are more than the schema should repeat
  readonly affinity?: any;
  /** The PriorityClass. Default: the cluster's own. */
  readonly priorityClassName?: Input<string>;
  /** The RuntimeClass, such as a sandbox. Default: the node's own runtime. */
  readonly runtimeClassName?: Input<string>;
  /** More labels of the pods. Default: none. */
  readonly labels?: Record<string, Input<string>>;
}

/** CPU and memory. */
export interface Resources {
  /** What the node reserves. Default: depends on the container. */
  readonly requests?: Record<string, Input<string>>;
  /** The most that the container gets. Default: depends on the container. */
  readonly limits?: Record<string, Input<string>>;
}

/** A new volume, or an existing claim. */
export interface Storage {
  /** The size of a new volume, for example `10Gi`. */
  readonly size?: Input<string>;
  /** The class that makes the volume; an empty text means none. Default: the cluster's own. */
  readonly storageClass?: Input<string>;
  /** The name of a PersistentVolume that was made by hand. Default: any volume. */
  readonly volumeName?: Input<string>;
  /** A PersistentVolumeClaim in the namespace, instead of a new volume. */
  readonly existingClaim?: Input<string>;
}
