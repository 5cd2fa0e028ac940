import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { native, text, textMap, texts } from '../schema.ts';
import type { PodTemplate } from './pod-template.ts';

/**
 * Where pods may run, and what a platform team adds to them. Everything else goes into `podTemplate`.
 *
 * @example
 * const pods: PodSettings = {
 *   imagePullSecrets: ['registry'],
 *   nodeSelector: { pool: 'agents' },
 *   tolerations: [{ key: 'agents', operator: 'Exists', effect: 'NoSchedule' }],
 *   affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
 *   priorityClassName: 'high',
 *   runtimeClassName: 'gvisor',
 *   labels: { 'cost-center': 'platform' },
 * };
 */
export interface PodSettings {
  /** Secrets in the namespace to pull images with. Default: those of the node. */
  readonly imagePullSecrets?: readonly Input<string>[];
  /** Labels of the nodes that may run the pods. Default: any node. */
  readonly nodeSelector?: Readonly<Record<string, Input<string>>>;
  /** Taints that the pods tolerate. Default: none. */
  readonly tolerations?: readonly k8s.types.input.core.v1.Toleration[];
  /** What draws the pods to nodes or to other pods, or keeps them away. Default: none. */
  readonly affinity?: k8s.types.input.core.v1.Affinity;
  /** The PriorityClass. Default: the cluster's own. */
  readonly priorityClassName?: Input<string>;
  /** The RuntimeClass, such as a sandbox. Default: the node's own runtime. */
  readonly runtimeClassName?: Input<string>;
  /** More labels of the pods. Default: none. */
  readonly labels?: Readonly<Record<string, Input<string>>>;
}

export const podSettingsFields = {
  imagePullSecrets: texts.optional(),
  nodeSelector: textMap.optional(),
  tolerations: native.optional(),
  affinity: native.optional(),
  priorityClassName: text.optional(),
  runtimeClassName: text.optional(),
  labels: textMap.optional(),
};

/** The part of a pod's `spec` that the settings make. */
export function podSettingsSpec({
  imagePullSecrets,
  tolerations,
  nodeSelector,
  affinity,
  priorityClassName,
  runtimeClassName,
}: PodSettings): Partial<PodTemplate['spec']> {
  return {
    ...(imagePullSecrets && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations: [...tolerations] }),
    ...(affinity && { affinity }),
    ...(priorityClassName && { priorityClassName }),
    ...(runtimeClassName && { runtimeClassName }),
  };
}
