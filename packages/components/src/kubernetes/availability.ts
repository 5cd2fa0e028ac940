import type * as k8s from '@pulumi/kubernetes';

/**
 * One pod at a time, and never none: with 0, draining a node would hang until someone looked. A pod that is broken
 * already holds nothing up.
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

/** Spreads pods over zones and nodes, where there are several with room. */
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
