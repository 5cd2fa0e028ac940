import { gatewayWorkload, printPath } from '@lockstep/model/internal';
import type { StackGuardrail, Violation } from '../guardrail.ts';
import { backendsOf } from '../kubernetes/backend.ts';
import { entriesAt, fieldAt, listAt, mayEqual, notYetKnown, textAt } from '../kubernetes/field.ts';
import { appliesTo, limits, networkPolicies } from '../kubernetes/network-policy.ts';
import { type KubernetesObject, namespaceOf, shareNamespace, shown } from '../kubernetes/object.ts';
import { isServer, type Pod, podsOf } from '../kubernetes/pod.ts';
import { hasLabels, isEmptySelector } from '../kubernetes/selector.ts';

/** Whoever reaches a server past the gateway is asked for no token, decided on by no rule, and in no record. */
export const serversBehindGateway: StackGuardrail = {
  name: 'servers-behind-gateway',
  description: 'Nothing but a gateway can connect to an MCP server.',
  checkStack(objects) {
    const servers = podsOf(objects).filter(isServer);
    const services = objects.filter((object) => leadsTo(object, servers));
    return [
      ...networkPolicies(objects)
        .filter((policy) => servers.some((server) => appliesTo(policy, server)))
        .flatMap(checkPeers),
      ...services.flatMap(checkService),
      ...objects.flatMap((object) => checkRoute(object, services)),
    ];
  },
};

/** Policies add up: one that lets others in undoes those that don't. */
function checkPeers(policy: KubernetesObject): Violation[] {
  if (!limits(policy, 'Ingress')) return [];
  const advice = `allow only pods with the label ${gatewayWorkload.label}: ${gatewayWorkload.name}, in a namespace that you name`;
  return listAt(policy.fields, 'spec', 'ingress').flatMap((rule, index) => {
    const from = fieldAt(rule, 'from');
    if (rule === notYetKnown || from === notYetKnown) return [];
    const at = ['spec', 'ingress', index] as const;
    const peers = listAt(rule, 'from');
    if (peers.length === 0) {
      const message = `${shown(policy)}: ${printPath('', at)} lets everybody connect to a server; ${advice}.`;
      return [{ object: policy, message }];
    }
    return peers.flatMap((peer, number) => {
      if (isGatewayPeer(peer)) return [];
      const path = printPath('', [...at, 'from', number]);
      const message = `${shown(policy)}: ${path} lets others than a gateway connect to a server; ${advice}.`;
      return [{ object: policy, message }];
    });
  });
}

/** Pods of any namespace could give themselves the gateway's label, so an empty `namespaceSelector` doesn't count. */
function isGatewayPeer(peer: unknown): boolean {
  if (peer === notYetKnown) return true;
  const selected = fieldAt(peer, 'podSelector', 'matchLabels', gatewayWorkload.label);
  const namespaces = fieldAt(peer, 'namespaceSelector');
  return (
    mayEqual(selected, gatewayWorkload.name) && (namespaces === undefined || !isEmptySelector(namespaces))
  );
}

/** Whether an object is a Service that sends its traffic to one of these pods. */
function leadsTo(object: KubernetesObject, servers: readonly Pod[]): boolean {
  const selector = fieldAt(object.fields, 'spec', 'selector');
  if (object.kind !== 'core/Service' || entriesAt(selector).length === 0) return false;
  return servers.some(
    (server) => shareNamespace(object, server.object) && hasLabels(selector, server.labels),
  );
}

function checkService(object: KubernetesObject): Violation[] {
  const type = textAt(object.fields, 'spec', 'type') ?? 'ClusterIP';
  if (type !== 'ClusterIP') {
    const message = `${shown(object)}: spec.type is ${type}, which opens a server to the outside of the cluster; make it ClusterIP.`;
    return [{ object, message }];
  }
  if (listAt(object.fields, 'spec', 'externalIPs').length === 0) return [];
  const message = `${shown(object)}: spec.externalIPs opens a server to the outside of the cluster; remove it.`;
  return [{ object, message }];
}

function checkRoute(object: KubernetesObject, services: readonly KubernetesObject[]): Violation[] {
  return backendsOf(object).flatMap(({ path, name, namespace }) => {
    const service = services.find(
      (one) =>
        textAt(one.fields, 'metadata', 'name') === name &&
        mayEqual(namespaceOf(one), namespace ?? namespaceOf(object)),
    );
    if (service === undefined) return [];
    const message = `${shown(object)}: ${path} leads to ${shown(service)} past the gateway; send the traffic to the gateway's Service.`;
    return [{ object, message }];
  });
}
