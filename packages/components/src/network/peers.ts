import type * as k8s from '@pulumi/kubernetes';
import type { AddressBlock } from './metadata.ts';
import type { AddressPeer, NetworkSettings, PodPeer } from './settings.ts';

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

const clusterDns: readonly PodPeer[] = [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }];

/** Pods of one namespace. */
export function podPeer({ namespace, podLabels }: PodPeer): Peer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(podLabels === undefined ? {} : { podSelector: { matchLabels: podLabels } }),
  };
}

/** A block of addresses. */
export function addressPeer(ipBlock: AddressBlock | AddressPeer): Peer {
  return { ipBlock };
}

/** Pods or addresses. */
export function peerOf(peer: PodPeer | AddressPeer): Peer {
  return 'cidr' in peer ? addressPeer(peer) : podPeer(peer);
}

/** The peers that answer DNS. */
export function dnsPeers(network: NetworkSettings): Peer[] {
  return dnsOf(network).map(peerOf);
}

/** The peers that answer DNS, in the form of the settings. */
export function dnsOf({ dns }: NetworkSettings): readonly (PodPeer | AddressPeer)[] {
  return dns ?? clusterDns;
}
