import type { ServerDefinition } from '@lockstep/model';
import type * as k8s from '@pulumi/kubernetes';
import type { GatewayEndpoint } from '../gateway/args.ts';
import { labelsOf, selectorOf } from '../kubernetes/labels.ts';
import { serverObject } from '../kubernetes/names.ts';
import { podPeer } from '../network/peers.ts';
import { planTraffic, type TrafficPlan } from '../network/policy.ts';
import type { McpServerArgs } from './args.ts';
import { checkPlace, checkSecrets, checkWorkload, imageOf, readDefinition } from './checks.ts';
import { serverPod } from './pod.ts';
import { type Runtime, runtimeOf } from './runtime.ts';
import { planWorkload, type WorkloadPlan } from './workload.ts';

/** What a server comes to: where it is, and what must run for it. Plain data. */
export interface ServerPlan {
  /** Absent where it isn’t run here. */
  readonly endpoint?: GatewayEndpoint;
  /** Why it isn’t run here, as a sentence. */
  readonly notRun?: string;
  /** Absent for a remote server, and where it isn’t run. */
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
  const runtime = runtimeOf(who, definition, args.release.source);
  if ('remote' in definition) return { endpoint: { url: definition.remote.url, bridge: false } };
  if (runtime === undefined) return {};
  const missing = missingNeeds(definition, args);
  if (missing.length > 0) return { notRun: notRun(who, missing) };
  checkWorkload(who, args, runtime);
  checkSecrets(who, definition, args);
  return planObjects(who, args, definition, runtime);
}

/** The variables that a server can’t do without and that nothing sets here. */
export function missingNeeds(definition: ServerDefinition, args: Pick<McpServerArgs, 'env'>): string[] {
  if ('remote' in definition) return [];
  const { needs, run, secrets } = definition;
  const set = { ...run.env, ...args.env };
  return needs.filter((name) => !Object.hasOwn(set, name) && secrets[name]?.delivery !== 'env');
}

function notRun(who: string, missing: readonly string[]): string {
  const verb = missing.length > 1 ? 'aren’t' : 'isn’t';
  return `${who}: env: ${missing.join(' and ')} ${verb} set, so the server isn’t run in this cluster; its tools stay declared.`;
}

function planObjects(
  who: string,
  args: McpServerArgs,
  definition: ServerDefinition,
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
      // One at a time, and never none: with 0 a node could not be drained.
      disruption: { maxUnavailable: 1, selector: { matchLabels: selector } },
      traffic: planTraffic({
        who,
        field: 'egress',
        namespace,
        selector,
        ingress,
        egress: definition.egress,
        network,
      }),
    },
  };
}
