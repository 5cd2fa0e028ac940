import type { Egress } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { mapped } from '../inputs.ts';
import { metadataAddresses } from './metadata.ts';
import { dnsOf } from './peers.ts';
import type { HostNamePolicies, NetworkSettings } from './settings.ts';

type Host = Extract<Egress, { host: string }>;

/** An object of a kind that isn't built into Kubernetes. */
export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Input<Readonly<Record<string, unknown>>>;
}

type Selector = Readonly<Record<string, string>>;

/**
 * The policy that lets pods connect to host names, in the form that this cluster enforces; undefined if there are no
 * names, or nothing can enforce them. Where names are known only later, there is a policy in any case, because a preview
 * must show it.
 */
export function hostPolicy(
  selector: Selector,
  hosts: Input<readonly Host[]>,
  network: NetworkSettings,
): CustomObject | undefined {
  if (network.hostNames === 'none' || (Array.isArray(hosts) && hosts.length === 0)) return undefined;
  const { specOf, ...kind } = policies[network.hostNames];
  return { ...kind, spec: mapped(hosts, (known) => specOf(selector, known, network)) };
}

interface HostPolicyKind {
  readonly apiVersion: string;
  readonly kind: string;
  specOf(selector: Selector, hosts: readonly Host[], network: NetworkSettings): Record<string, unknown>;
}

const policies: Readonly<Record<Exclude<HostNamePolicies, 'none'>, HostPolicyKind>> = {
  cilium: { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', specOf: ciliumSpec },
  gke: { apiVersion: 'networking.gke.io/v1alpha1', kind: 'FQDNNetworkPolicy', specOf: gkeSpec },
  eks: { apiVersion: 'networking.k8s.aws/v1alpha1', kind: 'ApplicationNetworkPolicy', specOf: eksSpec },
};

/** The policy has a rule for DNS because Cilium learns addresses from the answers that its DNS proxy sees. */
function ciliumSpec(
  selector: Selector,
  hosts: readonly Host[],
  network: NetworkSettings,
): Record<string, unknown> {
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
    endpointSelector: { matchLabels: selector },
    egress: [...dns, ...named],
    // Somebody could make a name resolve to it.
    egressDeny: [{ toCIDR: [...metadataAddresses] }],
  };
}

function ciliumLabels(
  namespace: Input<string>,
  podLabels: Readonly<Record<string, Input<string>>> = {},
): Record<string, Input<string>> {
  const labels = Object.entries(podLabels).map(([key, value]) => [`k8s:${key}`, value]);
  return { 'k8s:io.kubernetes.pod.namespace': namespace, ...Object.fromEntries(labels) };
}

/** In GKE, a pattern's `*` stands for one label, so deeper names are refused. */
function gkeSpec(selector: Selector, hosts: readonly Host[]): Record<string, unknown> {
  return {
    podSelector: { matchLabels: selector },
    egress: hosts.map(({ host, port }) => ({
      matches: [isPattern(host) ? { pattern: host } : { name: host }],
      ports: [{ protocol: 'TCP', port }],
    })),
  };
}

function eksSpec(selector: Selector, hosts: readonly Host[]): Record<string, unknown> {
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ['Egress'],
    egress: hosts.map(({ host, port }) => ({
      to: [{ domainNames: [host] }],
      ports: [{ protocol: 'TCP', port }],
    })),
  };
}

function isPattern(host: string): boolean {
  return host.startsWith('*.');
}
