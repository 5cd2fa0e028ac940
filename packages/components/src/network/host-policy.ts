import type { Egress } from '@lockstep/model/internal';
import { metadataAddresses } from './metadata.ts';
import { dnsOf } from './peers.ts';
import type { HostNamePolicies, NetworkSettings } from './settings.ts';

type Host = Extract<Egress, { host: string }>;

/** An object of a kind that isn't built into Kubernetes. */
export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

type Selector = Readonly<Record<string, string>>;

/**
 * The policy that lets pods connect to host names, in the form that this cluster enforces; undefined if there are no
 * names, or nothing can enforce them.
 */
export function hostPolicy(
  selector: Selector,
  hosts: readonly Host[],
  network: NetworkSettings,
): CustomObject | undefined {
  return hosts.length === 0 ? undefined : makers[network.hostNames]?.(selector, hosts, network);
}

const makers: Record<
  HostNamePolicies,
  ((selector: Selector, hosts: readonly Host[], network: NetworkSettings) => CustomObject) | undefined
> = {
  cilium: ciliumPolicy,
  gke: gkePolicy,
  eks: eksPolicy,
  none: undefined,
};

/** The policy has a rule for DNS because Cilium learns addresses from the answers that its DNS proxy sees. */
function ciliumPolicy(selector: Selector, hosts: readonly Host[], network: NetworkSettings): CustomObject {
  const dns = dnsOf(network).map((peer) => ({
    ...('cidr' in peer
      ? { toCIDR: [peer.cidr] }
      : { toEndpoints: [{ matchLabels: ciliumLabels(peer.namespace, peer.podLabels) }] }),
    toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
  }));
  const named = hosts.map(({ host, port }) => ({
    // `**.` stands for names of any depth, and `*.` for a single label.
    toFQDNs: [isPattern(host) ? { matchPattern: `*${host}` } : { matchName: host }],
    toPorts: [{ ports: [{ port: String(port), protocol: 'TCP' }] }],
  }));
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    spec: {
      endpointSelector: { matchLabels: selector },
      egress: [...dns, ...named],
      // Somebody could make a name resolve to it.
      egressDeny: [{ toCIDR: [...metadataAddresses] }],
    },
  };
}

function ciliumLabels(namespace: string, podLabels: Selector = {}): Record<string, string> {
  const labels = Object.entries(podLabels).map(([key, value]) => [`k8s:${key}`, value]);
  return { 'k8s:io.kubernetes.pod.namespace': namespace, ...Object.fromEntries(labels) };
}

/** In GKE, a pattern's `*` stands for one label, so deeper names are refused. */
function gkePolicy(selector: Selector, hosts: readonly Host[]): CustomObject {
  return {
    apiVersion: 'networking.gke.io/v1alpha1',
    kind: 'FQDNNetworkPolicy',
    spec: {
      podSelector: { matchLabels: selector },
      egress: hosts.map(({ host, port }) => ({
        matches: [isPattern(host) ? { pattern: host } : { name: host }],
        ports: [{ protocol: 'TCP', port }],
      })),
    },
  };
}

function eksPolicy(selector: Selector, hosts: readonly Host[]): CustomObject {
  return {
    apiVersion: 'networking.k8s.aws/v1alpha1',
    kind: 'ApplicationNetworkPolicy',
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Egress'],
      egress: hosts.map(({ host, port }) => ({
        to: [{ domainNames: [host] }],
        ports: [{ protocol: 'TCP', port }],
      })),
    },
  };
}

function isPattern(host: string): boolean {
  return host.startsWith('*.');
}
