import type * as k8s from '@pulumi/kubernetes';
import type { GatewayEndpoint } from '../gateway/args.ts';
import { disruptionOf } from '../kubernetes/disruption.ts';
import { labelsOf, selectorOf } from '../kubernetes/labels.ts';
import { serverObject } from '../kubernetes/names.ts';
import { checkPodTemplate } from '../kubernetes/pod-template.ts';
import { podPeer } from '../network/peers.ts';
import { planTraffic, type TrafficPlan } from '../network/policy.ts';
import type { McpServerArgs } from './args.ts';
import { checkNeeds, checkPlace, checkSecrets, checkWorkload, imageOf, readDefinition } from './checks.ts';
import { serverPod } from './pod.ts';
import { checkSource, type LocalDefinition, type Runtime, runtimeOf } from './runtime.ts';
import { planWorkload, type WorkloadPlan } from './workload.ts';

/** What a server comes to: where it is, and what must run for it. Plain data. */
export interface ServerPlan {
  readonly endpoint: GatewayEndpoint;
  /** Absent for a remote server. */
  readonly objects?: ServerObjects;
}

export interface ServerObjectNames {
  /** What its workload, Service, ServiceAccount and policies are called. */
  readonly object: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
}

export interface ServerObjects extends ServerObjectNames {
  readonly image: string;
  readonly workload: WorkloadPlan;
  readonly service: k8s.types.input.core.v1.ServiceSpec;
  readonly disruption: k8s.types.input.policy.v1.PodDisruptionBudgetSpec;
  readonly traffic: TrafficPlan;
}

/**
 * Plans one server.
 *
 * @throws RunError naming the argument that is wrong.
 */
export function planServer(who: string, args: McpServerArgs): ServerPlan {
  checkPlace(who, args);
  const definition = readDefinition(who, args);
  checkSource(who, definition, args.release.source);
  if ('remote' in definition) return { endpoint: { url: definition.remote.url, bridge: false } };
  const runtime = runtimeOf(definition, args.release.source);
  checkNeeds(who, definition, args);
  checkWorkload(who, args, runtime);
  checkSecrets(who, definition, args);
  checkPodTemplate(who, args.podTemplate);
  return planObjects(who, args, definition, runtime);
}

function planObjects(
  who: string,
  args: McpServerArgs,
  definition: LocalDefinition,
  runtime: Runtime,
): ServerPlan {
  const { name, namespace, environment, owner, gateway, network } = args;
  const belonging = { environment, owner, component: 'server', server: name } as const;
  const names = { object: serverObject(name), labels: labelsOf(belonging), selector: selectorOf(belonging) };
  const image = imageOf(who, args);
  const { port, path, bridge } = runtime;
  const ingress = [{ from: [podPeer(gateway)], ports: [{ port, protocol: 'TCP' }] }];
  const { object, selector } = names;
  return {
    endpoint: { url: `http://${object}.${namespace}.svc:${port}${path}`, bridge },
    objects: {
      ...names,
      image,
      workload: planWorkload(args, serverPod(args, definition, runtime, image, names), names),
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
