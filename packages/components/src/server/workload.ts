import type * as k8s from '@pulumi/kubernetes';
import type { PodTemplate } from '../kubernetes/pod-template.ts';
import { claimSpec } from '../kubernetes/volumes.ts';
import type { Autoscaling, McpServerArgs } from './args.ts';
import type { ServerObjectNames } from './plan.ts';

type Autoscaler = k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerSpec;

/** What runs a server's pods. */
export type WorkloadPlan =
  | {
      readonly kind: 'Deployment';
      readonly spec: k8s.types.input.apps.v1.DeploymentSpec;
      readonly autoscaler?: Autoscaler;
    }
  | { readonly kind: 'StatefulSet'; readonly spec: k8s.types.input.apps.v1.StatefulSetSpec };

/** A StatefulSet where data is kept, else a Deployment that starts a new pod before it ends an old one. */
export function planWorkload(
  { data, replicas = 1, autoscaling }: McpServerArgs,
  template: PodTemplate,
  { object, labels, selector }: ServerObjectNames,
): WorkloadPlan {
  const common = { selector: { matchLabels: selector }, template };
  if (data === undefined) {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    if (autoscaling === undefined) return { kind: 'Deployment', spec: { ...common, strategy, replicas } };
    // Without `replicas`: the autoscaler's number would be put back by each deployment.
    return { kind: 'Deployment', spec: { ...common, strategy }, autoscaler: scale(object, autoscaling) };
  }
  const claims =
    'existingClaim' in data
      ? {}
      : { volumeClaimTemplates: [{ metadata: { name: 'state', labels }, spec: claimSpec(data) }] };
  return { kind: 'StatefulSet', spec: { ...common, serviceName: object, replicas, ...claims } };
}

function scale(object: string, { minReplicas = 1, maxReplicas, targetCpu = 70 }: Autoscaling): Autoscaler {
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: object },
    minReplicas,
    maxReplicas,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCpu } },
      },
    ],
  };
}
