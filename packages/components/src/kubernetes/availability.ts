import type * as k8s from '@pulumi/kubernetes';

/**
 * Lets one pod be evicted at a time. With 0, draining a node would hang until somebody looked. A pod that is already
 * broken doesn't block evictions.
 */
export function disruptionOf(
  selector: Readonly<Record<string, string>>,
): k8s.types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selector },
  };
}

/** Spreads pods over zones and nodes, if several have room. */
export function spreadOver(
  selector: Readonly<Record<string, string>>,
): k8s.types.input.core.v1.TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selector },
  }));
}
