import { printPath, unenforcedAnnotation } from '@lockstep/model/internal';
import { prodConfigs, shareHome } from '../bundle/environment.ts';
import type { StackGuardrail, Violation } from '../guardrail.ts';
import { fieldAt, listAt, notYetKnown, textAt } from '../kubernetes/field.ts';
import { appliesTo, networkPolicies } from '../kubernetes/network-policy.ts';
import { type KubernetesObject, shown } from '../kubernetes/object.ts';
import { podsOf } from '../kubernetes/pod.ts';

/** A server that may reach every address can send what it reads to anybody, whatever hosts were reviewed. */
export const noUnenforcedEgressInProd: StackGuardrail = {
  name: 'no-unenforced-egress-in-prod',
  description: 'In prod, pods connect only to destinations that something enforces.',
  checkStack(objects) {
    const configs = prodConfigs(objects);
    const pods = podsOf(objects).filter((pod) => configs.some((config) => shareHome(config, pod)));
    return networkPolicies(objects)
      .filter((policy) => pods.some((pod) => appliesTo(policy, pod)))
      .flatMap(checkPolicy);
  },
};

function checkPolicy(policy: KubernetesObject): Violation[] {
  const hosts = textAt(policy.fields, 'metadata', 'annotations', unenforcedAnnotation) ?? '';
  if (hosts !== '') {
    const message = `${shown(policy)}: the annotation ${unenforcedAnnotation} says that nothing enforces ${hosts}, so every public address is open; set \`network.hostNames\` to what enforces host names in this cluster, or \`network.apiServer\` to the API server's addresses.`;
    return [{ object: policy, message }];
  }
  return listAt(policy.fields, 'spec', 'egress').flatMap((rule, index) => {
    const open = opening(rule);
    if (open === undefined) return [];
    const path = printPath('', ['spec', 'egress', index, ...open.path]);
    const message = `${shown(policy)}: ${path} ${open.found}, so its pods can reach every public address; name the destinations.`;
    return [{ object: policy, message }];
  });
}

interface Opening {
  readonly path: readonly (string | number)[];
  readonly found: string;
}

/** What opens all public addresses in a rule. */
function opening(rule: unknown): Opening | undefined {
  if (rule === notYetKnown || fieldAt(rule, 'to') === notYetKnown) return undefined;
  const peers = listAt(rule, 'to');
  if (peers.length === 0) return { path: [], found: 'names no destination' };
  const index = peers.findIndex((peer) => isEverywhere(textAt(peer, 'ipBlock', 'cidr')));
  if (index === -1) return undefined;
  return {
    path: ['to', index, 'ipBlock', 'cidr'],
    found: `is ${textAt(peers[index], 'ipBlock', 'cidr')}`,
  };
}

/** The longest prefix that counts as everywhere: all public addresses of IPv6 are in `2000::/3`. */
const longestOpenPrefix = 3;

function isEverywhere(cidr = ''): boolean {
  const prefix = /\/(\d+)$/.exec(cidr)?.[1];
  return prefix !== undefined && Number(prefix) <= longestOpenPrefix;
}
