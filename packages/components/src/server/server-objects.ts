import * as k8s from '@pulumi/kubernetes';
import type { Resource } from '@pulumi/pulumi';
import { createTraffic } from '../network/traffic.ts';
import type { McpServerArgs } from './server-args.ts';
import type { ServerObjects } from './server-plan.ts';

/** Creates the objects of one server. The network policy comes first, so that no pod runs without it. */
export function createServer(
  parent: Resource,
  name: string,
  { namespace, serviceAccountAnnotations }: McpServerArgs,
  { object, labels, workload, service, disruption, traffic }: ServerObjects,
): void {
  const metadata = { name: object, namespace, labels };
  const opts = { parent };
  const policies = createTraffic(name, metadata, traffic, opts);
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    {
      metadata: {
        ...metadata,
        ...(serviceAccountAnnotations === undefined ? {} : { annotations: serviceAccountAnnotations }),
      },
      automountServiceAccountToken: false,
    },
    opts,
  );
  new k8s.core.v1.Service(`${name}-service`, { metadata, spec: service }, opts);
  const after = { parent, dependsOn: [account, ...policies] };
  if (workload.kind === 'StatefulSet') {
    new k8s.apps.v1.StatefulSet(`${name}-workload`, { metadata, spec: workload.spec }, after);
  } else {
    new k8s.apps.v1.Deployment(`${name}-workload`, { metadata, spec: workload.spec }, after);
    if (workload.autoscaler !== undefined) {
      const spec = workload.autoscaler;
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, { metadata, spec }, opts);
    }
  }
  new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, { metadata, spec: disruption }, opts);
}
