import type { CustomObject } from './host-policy.ts';
import { withoutMetadata } from './metadata.ts';
import { peerOf } from './peers.ts';
import type { NetworkSettings } from './settings.ts';
import type { TrafficPlan } from './traffic.ts';

/** The port of the API server's Service, and the usual one of the API server behind it. */
const ports = [443, 6443].map((port) => ({ port, protocol: 'TCP' }));

/** Any address where an API server may be: it can be public or private, but it is never the metadata address. */
const anywhere = ['0.0.0.0/0', '::/0'].flatMap((cidr) => {
  const ipBlock = withoutMetadata(cidr);
  return ipBlock === undefined ? [] : [{ ipBlock }];
});

/**
 * Plans the traffic of pods that talk to the API server and to nothing else. Where its address isn't known and the
 * cluster has no policy that knows it, every address is allowed on its ports, and the plan says that this is unenforced.
 */
export function planApiServerTraffic(
  selector: Readonly<Record<string, string>>,
  network: NetworkSettings,
): TrafficPlan {
  const closed = { podSelector: { matchLabels: selector }, policyTypes: ['Ingress', 'Egress'], ingress: [] };
  if (network.apiServer !== undefined)
    return { policy: { ...closed, egress: [{ to: network.apiServer.map(peerOf), ports }] }, unenforced: [] };
  if (network.hostNames === 'cilium')
    return { policy: { ...closed, egress: [] }, hosts: ciliumPolicy(selector), unenforced: [] };
  return {
    policy: { ...closed, egress: [{ to: anywhere, ports }] },
    unenforced: ['kubernetes.default.svc:443'],
  };
}

/** Cilium knows the API server, wherever it is. */
function ciliumPolicy(selector: Readonly<Record<string, string>>): CustomObject {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    spec: { endpointSelector: { matchLabels: selector }, egress: [{ toEntities: ['kube-apiserver'] }] },
  };
}
