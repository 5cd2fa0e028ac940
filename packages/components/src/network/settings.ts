import type { Input } from '@pulumi/pulumi';
import { either, fields, listOf, mapOf, number, oneOf, text, textMap } from '../schema.ts';

/** What can enforce host names. */
export const hostNamePolicies = ['cilium', 'gke', 'eks', 'none'] as const;
/**
 * What enforces host names in this cluster: Cilium, GKE Dataplane V2 with FQDN policies, EKS Auto Mode, or nothing.
 *
 * @example
 * const hostNames: HostNamePolicies = 'cilium';
 */
export type HostNamePolicies = (typeof hostNamePolicies)[number];

/**
 * What network policies need to know of a cluster.
 *
 * @example
 * const network: NetworkSettings = {
 *   hostNames: 'eks',
 *   dns: [{ cidr: '10.100.0.10/32' }],
 *   services: { 'data/postgres': { podLabels: { app: 'postgres' }, port: 5432 } },
 *   apiServer: [{ cidr: '10.0.0.2/32' }],
 * };
 */
export interface NetworkSettings {
  /**
   * With `none`, a host name in `egress` must be marked `unenforced`, and every public address is allowed on its port.
   */
  readonly hostNames: HostNamePolicies;
  /**
   * What answers DNS. Default: the pods `k8s-app: kube-dns` in `kube-system`. EKS Auto Mode and node-local caches
   * answer at an address: `[{ cidr: '10.100.0.10/32' }]`.
   */
  readonly dns?: readonly (PodPeer | AddressPeer)[];
  /**
   * The pods behind the Services in `egress`, by `namespace/service`. A policy sees pods and their ports, never
   * Services. Without an entry, all pods of the Service's namespace are allowed, on the port in `egress`. Default: none.
   *
   * @example
   * services: { 'data/postgres': { podLabels: { app: 'postgres' }, port: 5432 } }
   */
  readonly services?: Readonly<Record<string, ServicePods>>;
  /**
   * The API server's addresses, which the Job of `keys: 'create'` connects to on port 443 or 6443. Default: what Cilium
   * knows as the API server; with other policies, every address on these ports.
   *
   * @example
   * apiServer: [{ cidr: '10.0.0.2/32' }]
   */
  readonly apiServer?: readonly AddressPeer[];
}

/**
 * Pods in a namespace: all, or those with these labels.
 *
 * @example
 * const peer: PodPeer = { namespace: 'monitoring', podLabels: { app: 'prometheus' } };
 */
export interface PodPeer {
  /** Their namespace. */
  readonly namespace: Input<string>;
  /** Labels that they have. Default: all pods of the namespace. */
  readonly podLabels?: Readonly<Record<string, Input<string>>>;
}

/**
 * The pods behind a Service.
 *
 * @example
 * const postgres: ServicePods = { podLabels: { app: 'postgres' }, port: 5432 };
 */
export interface ServicePods {
  /** The labels that the Service selects. */
  readonly podLabels: Readonly<Record<string, Input<string>>>;
  /** The container's port, if it differs from the Service's. Default: the port that `egress` gives. */
  readonly port?: Input<number>;
}

/**
 * A range of addresses.
 *
 * @example
 * const office: AddressPeer = { cidr: '192.0.2.0/24' };
 */
export interface AddressPeer {
  /** A range of addresses: `10.20.0.0/16`. */
  readonly cidr: Input<string>;
}

export const podPeerSchema = fields<PodPeer>({ namespace: text, podLabels: textMap.optional() });

const addressPeerSchema = fields<AddressPeer>({ cidr: text });

/** Pods or addresses. */
export const peerSchema = either(podPeerSchema, addressPeerSchema);

export const networkSchema = fields<NetworkSettings>({
  hostNames: oneOf(...hostNamePolicies),
  dns: listOf(peerSchema).optional(),
  services: mapOf(fields<ServicePods>({ podLabels: textMap, port: number.optional() })).optional(),
  apiServer: listOf(addressPeerSchema).optional(),
});
