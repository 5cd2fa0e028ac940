import { printPath } from '@lockstep/model/internal';
import type { StackGuardrail, Violation } from '../guardrail.ts';
import { fieldAt } from '../kubernetes/field.ts';
import { appliesTo, type Direction, limits, networkPolicies } from '../kubernetes/network-policy.ts';
import { type KubernetesObject, shown } from '../kubernetes/object.ts';
import { isGateway, isServer, type Pod, podsOf } from '../kubernetes/pod.ts';

/** Without a policy, anybody in the cluster reaches a pod, and the pod reaches everything. */
export const podsUnderNetworkPolicy: StackGuardrail = {
  name: 'pods-under-network-policy',
  description: 'A network policy limits what comes into each gateway and server, and what goes out.',
  checkStack(objects) {
    const policies = networkPolicies(objects);
    return podsOf(objects)
      .filter((pod) => isGateway(pod) || isServer(pod))
      .flatMap((pod) => [...checkNetwork(pod), ...checkPolicies(pod, policies)]);
  },
};

function checkNetwork({ object, spec, path }: Pod): Violation[] {
  if (fieldAt(spec, 'hostNetwork') !== true) return [];
  const field = printPath('', [...path, 'hostNetwork']);
  const message = `${shown(object)}: ${field} puts its pods into the node's network, where no network policy applies; remove it.`;
  return [{ object, message }];
}

function checkPolicies(pod: Pod, policies: readonly KubernetesObject[]): Violation[] {
  const applied = policies.filter((policy) => appliesTo(policy, pod));
  const free = (['Ingress', 'Egress'] as const).filter(
    (direction) => !applied.some((policy) => limits(policy, direction)),
  );
  if (free.length === 0) return [];
  const message = `${shown(pod.object)}: no NetworkPolicy of this program limits ${free.map(inWords).join(' or ')} its pods; add one whose podSelector selects them and whose policyTypes name ${free.join(' and ')}.`;
  return [{ object: pod.object, message }];
}

function inWords(direction: Direction): string {
  return direction === 'Ingress' ? 'what comes into' : 'what leaves';
}
