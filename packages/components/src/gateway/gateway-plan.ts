import type { Servers } from '@lockstep/model';
import { mcpPath } from '@lockstep/model/internal';
import { refuse } from '../errors.ts';
import { digestOfImage } from '../kubernetes/image.ts';
import { checkPlace, labelsOf, selectorOf } from '../kubernetes/labels.ts';
import { gatewayState } from '../kubernetes/names.ts';
import { checkPodTemplate, type PodTemplate } from '../kubernetes/pod-template.ts';
import type { TrafficPlan } from '../network/traffic.ts';
import type { GatewayEndpoint } from '../server/server-args.ts';
import { type BundlePlan, planBundle } from './bundle-config-maps.ts';
import { allowedHosts, originOf } from './exposure.ts';
import type { Exposure, McpGatewayArgs } from './gateway-args.ts';
import { gatewayPod } from './gateway-pod.ts';
import { planGatewayTraffic } from './gateway-traffic.ts';
import { imageOfGateway } from './released-image.ts';

/** The plan of an environment's gateway, as plain data. */
export interface GatewayPlan {
  /** The MCP endpoint, as clients reach it. */
  readonly url: string;
  /** The image that it runs. */
  readonly image: string;
  readonly labels: Record<string, string>;
  readonly selector: Record<string, string>;
  readonly bundle: BundlePlan;
  readonly template: PodTemplate;
  readonly traffic: TrafficPlan;
}

/**
 * Plans the gateway.
 *
 * @throws RunError that names the wrong argument.
 */
export function planGateway(who: string, args: McpGatewayArgs): GatewayPlan {
  const { environment, namespace, owner, endpoints, expose, hosts = [], storage, vault } = args;
  checkPlace(who, args);
  checkPodTemplate(who, args.podTemplate);
  const image = imageOfGateway(who, 'image', args.image);
  digestOfImage(who, 'image', image);
  checkReplicas(who, args.replicas);
  checkKept(who, args);
  checkEndpoints(who, environment.servers, endpoints);
  checkExposure(who, expose);
  const belonging = { environment: environment.name, owner, component: 'gateway' } as const;
  const labels = labelsOf(belonging);
  const selector = selectorOf(belonging);
  const bundle = planBundle(who, environment, endpoints, { vault, archive: args.archive });
  return {
    url: `${originOf(namespace, expose)}${mcpPath}`,
    image,
    labels,
    selector,
    bundle,
    template: gatewayPod(args, {
      image,
      labels,
      selector,
      bundle,
      claim: 'existingClaim' in storage ? storage.existingClaim : gatewayState,
      hosts: allowedHosts(namespace, expose, hosts),
    }),
    traffic: planGatewayTraffic(who, args, selector),
  };
}

function checkReplicas(who: string, replicas = 1): void {
  if (replicas === 1) return;
  refuse(
    who,
    'replicas',
    `is ${replicas}, but approvals and audit are in one file on one volume; use 1 until PostgreSQL is supported.`,
  );
}

/** Checks what the gateway needs to start, because programs run without a type check. */
function checkKept(who: string, { keysSecret, storage }: Partial<McpGatewayArgs>): void {
  if (!keysSecret) {
    refuse(who, 'keysSecret', 'is missing; name the Secret with the keys that `lockstep keys create` makes.');
  }
  if (storage === undefined) {
    refuse(who, 'storage', "is missing; give the volume for approvals and audit, as in { size: '10Gi' }.");
  }
}

/**
 * Checks both directions: a server without an address would be down, and an address without a server is a mistake. A
 * remote server's address must be the reviewed one, because calls and secrets go there.
 */
function checkEndpoints(
  who: string,
  definitions: Servers,
  endpoints: Readonly<Record<string, GatewayEndpoint>>,
): void {
  const servers = Object.keys(definitions);
  const missing = servers.find((server) => !Object.hasOwn(endpoints, server));
  if (missing !== undefined) {
    refuse(who, `endpoints.${missing}`, 'is missing; every environment has every server.');
  }
  const unknown = Object.keys(endpoints).find((server) => !servers.includes(server));
  if (unknown !== undefined) {
    refuse(who, `endpoints.${unknown}`, `no server has this name; the servers are ${servers.join(', ')}.`);
  }
  for (const [server, definition] of Object.entries(definitions)) {
    const url = endpoints[server]?.url;
    if (!('remote' in definition) || url === definition.remote.url) continue;
    refuse(
      who,
      `endpoints.${server}.url`,
      `is ${url}, but the server was locked at ${definition.remote.url}; use that.`,
    );
  }
}

function checkExposure(who: string, expose: Exposure | undefined): void {
  if (expose === undefined || !('gatewayApi' in expose)) return;
  const { parentRefs, hostnames } = expose.gatewayApi;
  if (parentRefs.length === 0) refuse(who, 'expose.gatewayApi.parentRefs', 'is empty; name a Gateway.');
  if (hostnames.length === 0) refuse(who, 'expose.gatewayApi.hostnames', 'is empty; name a host.');
}
