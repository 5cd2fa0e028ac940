import type { Input } from '@pulumi/pulumi';

/** What enforces host names in a cluster. */
export const HostNamePolicies = {
  /** Cilium, by its own policies. */
  Cilium: 'cilium',
  /** GKE Dataplane V2, by FQDN policies. */
  Gke: 'gke',
  /** EKS Auto Mode, by its own policies. */
  Eks: 'eks',
  /** Nothing. */
  None: 'none',
} as const;
/** What enforces host names in a cluster. */
export type HostNamePolicies = (typeof HostNamePolicies)[keyof typeof HostNamePolicies];

/** What network policies need to know of a cluster. */
export interface NetworkSettings {
  /**
   * What enforces host names. With `none`, a host name in `egress` must be marked `unenforced`, and every public address
   * is allowed on its port.
   */
  readonly hostNames: HostNamePolicies;
  /**
   * What answers DNS. Default: the pods `k8s-app: kube-dns` in `kube-system`. EKS Auto Mode and node-local caches answer
   * at an address.
   */
  readonly dns?: Peer[];
  /**
   * The pods behind the Services in `egress`, by `namespace/service`. Without an entry, all pods of the Service's
   * namespace are allowed, on the port in `egress`. Default: none.
   */
  readonly services?: Record<string, ServicePods>;
  /**
   * The API server's addresses, which the Job of `keys` connects to on port 443 or 6443. Default: what Cilium knows as the
   * API server; with other policies, every address on these ports.
   */
  readonly apiServer?: AddressPeer[];
}

/** A range of addresses. */
export interface AddressPeer {
  /** For example `10.0.0.2/32`. */
  readonly cidr: Input<string>;
}

/** Pods in a namespace, or a range of addresses. */
export interface Peer {
  /** The pods' namespace. Required unless `cidr` is given. */
  readonly namespace?: Input<string>;
  /** Labels that the pods have. Default: all pods of the namespace. */
  readonly podLabels?: Record<string, Input<string>>;
  /** A range of addresses, `10.20.0.0/16`, instead of pods. */
  readonly cidr?: Input<string>;
}

/** Pods in a namespace: all, or those with these labels. */
export interface PodPeer {
  /** Their namespace. */
  readonly namespace: Input<string>;
  /** Labels that they have. Default: all pods of the namespace. */
  readonly podLabels?: Record<string, Input<string>>;
}

/** The pods behind a Service. */
export interface ServicePods {
  /** The labels that the Service selects. */
  readonly podLabels: Record<string, Input<string>>;
  /** The container's port, if it differs from the Service's. Default: the port that `egress` gives. */
  readonly port?: Input<number>;
}

/** Where a pod may connect to: a host name, a range of addresses, or a Service of the cluster. */
export interface Egress {
  /** A host name in lower case; `*.example.com` stands for every name below `example.com`. */
  readonly host?: string;
  /** Whether you accept that this cluster can't enforce the host name. Default: false. */
  readonly unenforced?: boolean;
  /** A range of addresses. */
  readonly cidr?: string;
  /** A Service of the cluster. */
  readonly service?: string;
  /** The Service's namespace. Default: the pod's own. */
  readonly namespace?: string;
  /** The port. Default: 443 for a host, all ports for a range; a Service requires it. */
  readonly port?: number;
}
