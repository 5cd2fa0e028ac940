import { unenforcedAnnotation } from '@lockstep/model/internal';
import * as k8s from '@pulumi/kubernetes';
import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { mapped } from '../inputs.ts';
import type { ObjectMetadata } from '../kubernetes/labels.ts';
import { objectName } from '../kubernetes/names.ts';
import { type Destination, dnsRule, planEgress } from './egress.ts';
import { type CustomObject, hostPolicy } from './host-policy.ts';
import type { NetworkSettings } from './settings.ts';

type NetworkPolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;

/** Who may connect to pods, and where they may connect to. */
interface TrafficInput {
  readonly who: string;
  readonly namespace: Input<string>;
  /** The pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ingress: k8s.types.input.networking.v1.NetworkPolicyIngressRule[];
  readonly egress: readonly Destination[];
  readonly network: NetworkSettings;
}

/** The policies of one workload's pods. */
export interface TrafficPlan {
  /** The policy, which refuses everything that it doesn't name, in both directions. */
  readonly policy: NetworkPolicySpec;
  /** The policy for host names, if there are any and the cluster enforces them. */
  readonly hosts?: CustomObject;
  /** Hosts whose names nothing enforces. */
  readonly unenforced: Input<readonly string[]>;
}

/**
 * Plans the network policies of one workload: out go DNS and what is declared, in comes what is declared, and the
 * metadata address can't be reached.
 *
 * @throws RunError for a host name that nothing enforces and that isn't marked `unenforced`, and for the metadata
 * address.
 */
export function planTraffic(traffic: TrafficInput): TrafficPlan {
  const { who, selector, ingress, egress, network, namespace } = traffic;
  const { rules, hosts, unenforced } = planEgress(who, egress, network, namespace);
  const custom = hostPolicy(selector, hosts, network);
  return {
    policy: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress,
      egress: mapped(rules, (known) => [dnsRule(network), ...known]),
    },
    ...(custom === undefined ? {} : { hosts: custom }),
    unenforced,
  };
}

/** The objects of a plan. */
export interface Traffic {
  readonly policy: k8s.networking.v1.NetworkPolicy;
  /** The policy for host names, if there is one. */
  readonly hosts: readonly k8s.apiextensions.CustomResource[];
}

/** Creates the network policies of one workload. */
export function createTraffic(
  name: string,
  metadata: ObjectMetadata,
  plan: TrafficPlan,
  opts: CustomResourceOptions,
): Traffic {
  const annotations = mapped(plan.unenforced, (hosts) =>
    hosts.length === 0 ? undefined : { [unenforcedAnnotation]: hosts.join(',') },
  ) as Input<Record<string, string>> | undefined;
  const noted = annotations === undefined ? metadata : { ...metadata, annotations };
  const policy = new k8s.networking.v1.NetworkPolicy(
    `${name}-network`,
    { metadata: noted, spec: plan.policy },
    opts,
  );
  if (plan.hosts === undefined) return { policy, hosts: [] };
  const named = { ...metadata, name: objectName(metadata.name, 'hosts') };
  const hosts = new k8s.apiextensions.CustomResource(
    `${name}-hosts`,
    { ...plan.hosts, metadata: named },
    opts,
  );
  return { policy, hosts: [hosts] };
}
