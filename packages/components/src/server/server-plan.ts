import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { plannedOnce } from '../component.ts';
import { whenKnown } from '../inputs.ts';
import { disruptionOf } from '../kubernetes/availability.ts';
import { checkPlace, labelsOf, selectorOf } from '../kubernetes/labels.ts';
import { serverObject } from '../kubernetes/names.ts';
import { checkPodTemplate, type PodTemplate } from '../kubernetes/pod-template.ts';
import { claimSpec } from '../kubernetes/volumes.ts';
import { podPeer } from '../network/peers.ts';
import { planTraffic, type TrafficPlan } from '../network/traffic.ts';
import { checkArguments } from '../schema.ts';
import { type InstallPlan, planInstall } from './package-install.ts';
import { planScaling, type ScalingPlan } from './scaling.ts';
import { type GatewayEndpoint, type McpServerArgs, serverSchema } from './server-args.ts';
import { checkNeeds, checkSecrets, checkWorkload, imageOf, readDefinition } from './server-checks.ts';
import { type ServerObjectNames, serverPod } from './server-pod.ts';
import { checkSource, type LocalDefinition, type Runtime, runtimeOf } from './server-runtime.ts';

/** The plan of a server: where it is, and what must run for it. */
export interface ServerPlan {
  readonly endpoint: GatewayEndpoint;
  /** Absent for a remote server. */
  readonly objects?: ServerObjects;
}

export interface ServerObjects extends ServerObjectNames {
  readonly image: Input<string>;
  /** Absent if the package is in the image. */
  readonly install: InstallPlan | undefined;
  readonly workload: WorkloadPlan;
  readonly service: k8s.types.input.core.v1.ServiceSpec;
  readonly disruption: k8s.types.input.policy.v1.PodDisruptionBudgetSpec;
  readonly traffic: TrafficPlan;
}

/**
 * Plans one server.
 *
 * @throws RunError that names the wrong argument.
 */
export const [planServer, takeServerPlan] = plannedOnce((who: string, args: McpServerArgs): ServerPlan => {
  checkArguments(who, serverSchema, args);
  const place = checkPlace(who, args);
  const definition = readDefinition(who, args);
  checkSource(who, definition, args.release.source);
  if ('remote' in definition) return { endpoint: { url: definition.remote.url, bridge: false } };
  const runtime = runtimeOf(definition, args.release.source);
  checkNeeds(who, definition, args);
  checkWorkload(who, args, runtime);
  checkSecrets(who, definition, args);
  checkPodTemplate(who, args.podTemplate);
  return planObjects(who, { ...args, ...place }, definition, runtime);
});

function planObjects(
  who: string,
  args: McpServerArgs,
  definition: LocalDefinition,
  runtime: Runtime,
): ServerPlan {
  const { name, namespace, environment, owner, gateway, network } = args;
  const belonging = { environment, owner, component: 'server', server: name } as const;
  const object = serverObject(name, args);
  const selector = selectorOf(belonging);
  const names = { metadata: { name: object, namespace, labels: labelsOf(belonging) }, selector };
  const image = imageOf(who, args);
  const install = planInstall(who, args, { definition, image, object });
  const { port, path, bridge } = runtime;
  const ingress = [{ from: [podPeer(gateway)], ports: [{ port, protocol: 'TCP' }] }];
  return {
    endpoint: {
      url: whenKnown(namespace, (known) => `http://${object}.${known}.svc:${port}${path}`),
      bridge,
      pods: { namespace, podLabels: selector, port },
    },
    objects: {
      ...names,
      image,
      install,
      workload: planWorkload(args, serverPod(args, definition, runtime, { ...names, image, install }), names),
      service: { selector, ports: [{ name: 'http', port, targetPort: 'http', protocol: 'TCP' }] },
      disruption: disruptionOf(selector),
      traffic: planTraffic({
        who,
        namespace,
        selector,
        ingress,
        egress: [
          ...definition.egress.map((to, index) => ({ at: `definition.egress[${index}]`, to })),
          ...(args.pod?.egress ?? []).map((to) => ({ at: 'pod.egress', to })),
        ],
        network,
      }),
    },
  };
}

/** The workload that runs a server's pods. */
type WorkloadPlan =
  | {
      readonly kind: 'Deployment';
      readonly spec: k8s.types.input.apps.v1.DeploymentSpec;
      readonly scaling?: ScalingPlan;
    }
  | { readonly kind: 'StatefulSet'; readonly spec: k8s.types.input.apps.v1.StatefulSetSpec };

/** Plans a StatefulSet if the server keeps data, else a Deployment that starts a new pod before it ends an old one. */
function planWorkload(
  { data, replicas = 1, autoscaling }: McpServerArgs,
  template: PodTemplate,
  { metadata: { name, labels }, selector }: ServerObjectNames,
): WorkloadPlan {
  const common = { selector: { matchLabels: selector }, template };
  if (data === undefined) {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    if (autoscaling === undefined) return { kind: 'Deployment', spec: { ...common, strategy, replicas } };
    // Without `replicas`, because each deployment would reset the autoscaler's number.
    return { kind: 'Deployment', spec: { ...common, strategy }, scaling: planScaling(name, autoscaling) };
  }
  const claims =
    'existingClaim' in data
      ? {}
      : { volumeClaimTemplates: [{ metadata: { name: 'state', labels }, spec: claimSpec(data) }] };
  return { kind: 'StatefulSet', spec: { ...common, serviceName: name, replicas, ...claims } };
}
