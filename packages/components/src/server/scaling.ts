import * as k8s from '@pulumi/kubernetes';
import type { CustomResourceOptions } from '@pulumi/pulumi';
import type { ObjectMetadata } from '../kubernetes/labels.ts';
import type { Autoscaling, KedaAutoscaling } from './server-args.ts';

/** What scales a Deployment: Kubernetes itself by CPU use, or KEDA. */
export type ScalingPlan =
  | { readonly by: 'cpu'; readonly spec: k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerSpec }
  | { readonly by: 'keda'; readonly spec: Readonly<Record<string, unknown>> };

/** Plans the scaling of the Deployment with this name. */
export function planScaling(deployment: string, scaling: Autoscaling | KedaAutoscaling): ScalingPlan {
  const { minReplicas = 1, maxReplicas } = scaling;
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment };
  if ('triggers' in scaling) {
    return {
      by: 'keda',
      spec: {
        scaleTargetRef: target,
        minReplicaCount: minReplicas,
        maxReplicaCount: maxReplicas,
        triggers: scaling.triggers,
      },
    };
  }
  const { targetCpu = 70 } = scaling;
  const cpu = { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCpu } };
  return {
    by: 'cpu',
    spec: {
      scaleTargetRef: target,
      minReplicas,
      maxReplicas,
      metrics: [{ type: 'Resource', resource: cpu }],
    },
  };
}

/** Creates what scales a Deployment. */
export function createScaling(
  name: string,
  metadata: ObjectMetadata,
  plan: ScalingPlan,
  opts: CustomResourceOptions,
): void {
  if (plan.by === 'cpu') {
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, { metadata, spec: plan.spec }, opts);
    return;
  }
  new k8s.apiextensions.CustomResource(
    `${name}-scaled`,
    { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata, spec: plan.spec },
    opts,
  );
}
