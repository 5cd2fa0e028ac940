import * as k8s from '@pulumi/kubernetes';
import type { CustomResourceOptions, Resource } from '@pulumi/pulumi';
import { objectName } from '../kubernetes/names.ts';
import type { TrafficPlan } from './policy.ts';

/** On a policy: the hosts that nothing holds its pods to. */
const unenforcedAnnotation = 'lockstep.dev/unenforced-egress';

/** Creates the network policies of one workload. */
export function createTraffic(
  name: string,
  metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> },
  { policy, hosts, unenforced }: TrafficPlan,
  opts: CustomResourceOptions,
): Resource[] {
  const annotations = { [unenforcedAnnotation]: unenforced.join(',') };
  const noted = unenforced.length === 0 ? metadata : { ...metadata, annotations };
  const network = new k8s.networking.v1.NetworkPolicy(
    `${name}-network`,
    { metadata: noted, spec: policy },
    opts,
  );
  if (hosts === undefined) return [network];
  const named = { ...metadata, name: objectName(metadata.name, 'hosts') };
  const custom = new k8s.apiextensions.CustomResource(`${name}-hosts`, { ...hosts, metadata: named }, opts);
  return [network, custom];
}
