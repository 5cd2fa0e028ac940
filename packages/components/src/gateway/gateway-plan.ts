import type { Servers } from '@lockstep/model';
import { mcpPath } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { plannedOnce } from '../component.ts';
import { refuse } from '../errors.ts';
import { mapped, whenKnown } from '../inputs.ts';
import { checkImage } from '../kubernetes/image.ts';
import { checkPlace, labelsOf, type ObjectMetadata, selectorOf } from '../kubernetes/labels.ts';
import { gatewayObject, gatewayState } from '../kubernetes/names.ts';
import { checkPodTemplate, type PodTemplate } from '../kubernetes/pod-template.ts';
import type { TrafficPlan } from '../network/traffic.ts';
import { checkArguments } from '../schema.ts';
import type { GatewayEndpoint } from '../server/server-args.ts';
import { type BundlePlan, planBundle } from './bundle-config-maps.ts';
import { addressOf } from './exposure.ts';
import { type Exposure, gatewaySchema, type McpGatewayArgs } from './gateway-args.ts';
import { gatewayPod } from './gateway-pod.ts';
import { planGatewayTraffic } from './gateway-traffic.ts';
import { keysSecretOf } from './keys-secret.ts';
import { imageOfGateway } from './released-image.ts';

/** The plan of an environment's gateway. */
export interface GatewayPlan {
  /** The MCP endpoint, as clients reach it. */
  readonly url: Input<string>;
  /** The image that it runs. */
  readonly image: Input<string>;
  /** The Secret with its keys. */
  readonly keysSecret: Input<string>;
  /** Of its workload, Service, ServiceAccount and policies. */
  readonly metadata: ObjectMetadata;
  readonly selector: Record<string, string>;
  /** The claim that it makes for its volume. */
  readonly claim: string;
  readonly bundle: BundlePlan;
  readonly template: PodTemplate;
  readonly traffic: TrafficPlan;
}

/**
 * Plans the gateway.
 *
 * @throws RunError that names the wrong argument.
 */
export const [planGateway, takeGatewayPlan] = plannedOnce(
  (who: string, args: McpGatewayArgs): GatewayPlan => {
    checkArguments(who, gatewaySchema, args);
    const { environment, endpoints, expose, storage } = args;
    const naming = { environment: environment.name, sharesNamespace: args.sharesNamespace ?? false };
    const { namespace, owner } = checkPlace(who, args);
    checkPodTemplate(who, args.podTemplate);
    const image = checkImage(who, 'image', imageOfGateway(who, 'image', args.image));
    checkReplicas(who, args.replicas);
    const keysSecret = keysSecretOf(who, args);
    checkEndpoints(who, environment.servers, endpoints);
    checkExposure(who, expose);
    const belonging = { environment: environment.name, owner, component: 'gateway' } as const;
    const metadata = { name: gatewayObject(naming), namespace, labels: labelsOf(belonging) };
    const selector = selectorOf(belonging);
    const bundle = planBundle(who, metadata.name, args);
    const claim = gatewayState(naming);
    const { origin, allowedHosts } = addressOf(metadata.name, { ...args, namespace });
    return {
      url: whenKnown(origin, (known) => `${known}${mcpPath}`),
      image,
      keysSecret,
      metadata,
      selector,
      claim,
      bundle,
      template: gatewayPod(args, {
        image,
        keysSecret,
        metadata,
        selector,
        bundle,
        claim: 'existingClaim' in storage ? storage.existingClaim : claim,
        allowedHosts,
      }),
      traffic: planGatewayTraffic(who, { ...args, namespace }, selector),
    };
  },
);

function checkReplicas(who: string, replicas = 1): void {
  if (replicas === 1) return;
  refuse(
    who,
    'replicas',
    `is ${replicas}, but approvals and audit are in one file on one volume; use 1 until PostgreSQL is supported.`,
  );
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
    if (!('remote' in definition)) continue;
    mapped(endpoints[server]?.url ?? '', (url) => {
      if (url === definition.remote.url) return;
      refuse(
        who,
        `endpoints.${server}.url`,
        `is ${url}, but the server was locked at ${definition.remote.url}; use that.`,
      );
    });
  }
}

function checkExposure(who: string, expose: Exposure | undefined): void {
  if (expose === undefined || !('gatewayApi' in expose)) return;
  const { parentRefs, hostnames } = expose.gatewayApi;
  if (parentRefs.length === 0) refuse(who, 'expose.gatewayApi.parentRefs', 'is empty; name a Gateway.');
  if (hostnames.length === 0) refuse(who, 'expose.gatewayApi.hostnames', 'is empty; name a host.');
}
