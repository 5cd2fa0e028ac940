import { podPorts } from '@lockstep/model/internal';
import * as k8s from '@pulumi/kubernetes';
import type { Resource } from '@pulumi/pulumi';
import { disruptionOf } from '../kubernetes/availability.ts';
import { claimSpec } from '../kubernetes/volumes.ts';
import { createTraffic } from '../network/traffic.ts';
import { ingressSpec, routeSpec } from './exposure.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import type { GatewayPlan } from './gateway-plan.ts';
import { createKeyJob } from './key-job.ts';

/** The objects of a gateway that programs may refer to. */
export interface CreatedGateway {
  readonly deployment: k8s.apps.v1.Deployment;
  readonly service: k8s.core.v1.Service;
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  readonly networkPolicy: k8s.networking.v1.NetworkPolicy;
}

/** Creates the objects of the gateway. The network policy comes first, so that no pod runs without it. */
export function createGateway(
  parent: Resource,
  name: string,
  args: McpGatewayArgs,
  plan: GatewayPlan,
): CreatedGateway {
  const { serviceAccountAnnotations } = args;
  const { metadata, selector, template } = plan;
  const opts = { parent };
  const policies = createTraffic(name, metadata, plan.traffic, opts);
  for (const { part, name: object, ...content } of plan.bundle.configMaps) {
    new k8s.core.v1.ConfigMap(
      `${name}-${part}`,
      { metadata: { ...metadata, name: object }, ...content },
      opts,
    );
  }
  if (args.keys === 'create') createKeyJob(parent, name, args, plan);
  const state = createClaim(parent, name, args, plan);
  const annotated =
    serviceAccountAnnotations === undefined
      ? metadata
      : { ...metadata, annotations: serviceAccountAnnotations };
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: annotated, automountServiceAccountToken: false },
    opts,
  );
  const service = new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata,
      spec: {
        selector,
        ports: [
          { name: 'http', port: podPorts.gateway, targetPort: 'http', protocol: 'TCP' },
          { name: 'metrics', port: podPorts.metrics, targetPort: 'metrics', protocol: 'TCP' },
        ],
      },
    },
    opts,
  );
  const deployment = new k8s.apps.v1.Deployment(
    `${name}-workload`,
    {
      metadata,
      spec: {
        replicas: 1,
        // Two gateways must never write to one volume.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: selector },
        template,
      },
    },
    // Doesn't depend on the ConfigMaps, because a provider that replaces them would then also replace the Deployment.
    { parent, dependsOn: [serviceAccount, ...state, policies.policy, ...policies.hosts] },
  );
  new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption`,
    { metadata, spec: disruptionOf(selector) },
    opts,
  );
  expose(parent, name, args, plan);
  return { deployment, service, serviceAccount, networkPolicy: policies.policy };
}

/** The volume outlives the stack, because it holds the audit and waiting approvals. */
function createClaim(
  parent: Resource,
  name: string,
  { storage, protect = true }: McpGatewayArgs,
  { metadata, claim }: GatewayPlan,
): Resource[] {
  if ('existingClaim' in storage) return [];
  const made = new k8s.core.v1.PersistentVolumeClaim(
    `${name}-state`,
    { metadata: { ...metadata, name: claim }, spec: claimSpec(storage) },
    { parent, protect, retainOnDelete: true },
  );
  return [made];
}

function expose(
  parent: Resource,
  name: string,
  { expose: exposure }: McpGatewayArgs,
  { metadata }: GatewayPlan,
): void {
  if (exposure === undefined) return;
  const { annotations } = 'ingress' in exposure ? exposure.ingress : exposure.gatewayApi;
  const annotated = annotations === undefined ? metadata : { ...metadata, annotations };
  if ('ingress' in exposure) {
    const spec = ingressSpec(metadata.name, exposure.ingress);
    new k8s.networking.v1.Ingress(`${name}-ingress`, { metadata: annotated, spec }, { parent });
    return;
  }
  new k8s.apiextensions.CustomResource(
    `${name}-route`,
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: annotated,
      spec: routeSpec(metadata.name, exposure.gatewayApi),
    },
    { parent },
  );
}
