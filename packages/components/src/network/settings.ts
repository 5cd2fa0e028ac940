/** What can hold pods to host names. */
export const hostNamePolicies = ['cilium', 'gke', 'eks', 'none'] as const;
/**
 * What holds pods to host names in this cluster: Cilium, GKE Dataplane V2 with FQDN policies, EKS Auto Mode, or
 * nothing.
 */
export type HostNamePolicies = (typeof hostNamePolicies)[number];

/** What network policies need to know of a cluster. */
export interface NetworkSettings {
  /** `none`: a host name in `egress` must be marked `unenforced`, and any public address on its port is allowed. */
  readonly hostNames: HostNamePolicies;
  /**
   * Who answers DNS. Default: the pods `k8s-app: kube-dns` in `kube-system`. EKS Auto Mode and node-local caches
   * answer at an address: `[{ cidr: '10.100.0.10/32' }]`.
   */
  readonly dns?: readonly (PodPeer | AddressPeer)[];
  /**
   * The pods behind Services that `egress` names, by `namespace/service`: a policy sees pods and their ports, never
   * Services. Without an entry all pods of that namespace are allowed, on the port that `egress` gives.
   *
   * @example
   * services: { 'data/postgres': { podLabels: { app: 'postgres' }, port: 5432 } }
   */
  readonly services?: Readonly<Record<string, ServicePods>>;
}

/** Pods in a namespace: those with these labels, or all. */
export interface PodPeer {
  readonly namespace: string;
  /** Default: all pods of the namespace. */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** What stands behind a Service. */
export interface ServicePods {
  readonly podLabels: Readonly<Record<string, string>>;
  /** The container's port, where it isn't the Service's. */
  readonly port?: number;
}

/** Addresses. */
export interface AddressPeer {
  readonly cidr: string;
}
