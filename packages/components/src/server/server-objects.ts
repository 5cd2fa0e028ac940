import * as k8s from '@pulumi/kubernetes';
import type { Resource } from '@pulumi/pulumi';
import { createTraffic } from '../network/traffic.ts';
import { createScaling } from './scaling.ts';
import type { McpServerArgs } from './server-args.ts';
import type { ServerObjects } from './server-plan.ts';

/** The objects of a server that programs may refer to. */
export interface CreatedServer {
  readonly deployment: k8s.apps.v1.Deployment | undefined;
  readonly statefulSet: k8s.apps.v1.StatefulSet | undefined;
  readonly service: k8s.core.v1.Service;
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  readonly networkPolicy: k8s.networking.v1.NetworkPolicy;
}

/** Creates the objects of one server. The network policy comes first, so that no pod runs without it. */
export function createServer(
  parent: Resource,
  name: string,
  { serviceAccountAnnotations }: McpServerArgs,
  { metadata, workload, service: spec, disruption, traffic, install }: ServerObjects,
): CreatedServer {
  const opts = { parent };
  const policies = createTraffic(name, metadata, traffic, opts);
  const annotated =
    serviceAccountAnnotations === undefined
      ? metadata
      : { ...metadata, annotations: serviceAccountAnnotations };
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: annotated, automountServiceAccountToken: false },
    opts,
  );
  if (install !== undefined) {
    const { name: source, data } = install.configMap;
    const named = { ...metadata, name: source };
    new k8s.core.v1.ConfigMap(`${name}-source`, { metadata: named, immutable: true, data }, opts);
  }
  const service = new k8s.core.v1.Service(`${name}-service`, { metadata, spec }, opts);
  const after = { parent, dependsOn: [serviceAccount, policies.policy, ...policies.hosts] };
  const deployment =
    workload.kind === 'Deployment'
      ? new k8s.apps.v1.Deployment(`${name}-workload`, { metadata, spec: workload.spec }, after)
      : undefined;
  const statefulSet =
    workload.kind === 'StatefulSet'
      ? new k8s.apps.v1.StatefulSet(`${name}-workload`, { metadata, spec: workload.spec }, after)
      : undefined;
  if (workload.kind === 'Deployment' && workload.scaling !== undefined) {
    createScaling(name, metadata, workload.scaling, opts);
  }
  new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, { metadata, spec: disruption }, opts);
  return { deployment, statefulSet, service, serviceAccount, networkPolicy: policies.policy };
}
