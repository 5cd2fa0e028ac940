import { fieldAt, listAt } from './field.ts';
import { type KubernetesObject, shareNamespace } from './object.ts';
import type { Pod } from './pod.ts';
import { selects } from './selector.ts';

/** The directions of traffic that a policy can limit. */
export type Direction = 'Ingress' | 'Egress';

/** The network policies among a program's objects. */
export function networkPolicies(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.filter(({ kind }) => kind === 'networking.k8s.io/NetworkPolicy');
}

/** Whether a policy applies to these pods. */
export function appliesTo(policy: KubernetesObject, pod: Pod): boolean {
  return (
    shareNamespace(policy, pod.object) && selects(fieldAt(policy.fields, 'spec', 'podSelector'), pod.labels)
  );
}

/** Whether a policy refuses what it doesn't name in a direction. */
export function limits({ fields }: KubernetesObject, direction: Direction): boolean {
  const types = fieldAt(fields, 'spec', 'policyTypes');
  if (Array.isArray(types))
    return types.includes(direction) || types.some((type) => typeof type === 'symbol');
  // Without the field, every policy limits what comes in, and one with `egress` also what goes out.
  return direction === 'Ingress' || typeof types === 'symbol' || listAt(fields, 'spec', 'egress').length > 0;
}
