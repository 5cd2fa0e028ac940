import { podPorts } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { whenKnown } from '../inputs.ts';
import type { Exposure, IngressExposure, McpGatewayArgs, RouteExposure } from './gateway-args.ts';

/** Where the gateway is found. */
export interface Address {
  /** For clients, without a path. */
  readonly origin: Input<string>;
  /** The hosts that the gateway answers to, with commas. The first is a URL: the address of its pages. */
  readonly allowedHosts: Input<string>;
}

/** @param service the name of the gateway's Service. */
export function addressOf(
  service: string,
  { namespace, expose, hosts = [] }: Pick<McpGatewayArgs, 'namespace' | 'expose' | 'hosts'>,
): Address {
  const exposed = exposedHosts(expose);
  const [outside] = exposed;
  const origin =
    outside === undefined
      ? whenKnown(namespace, (known) => `http://${service}.${known}.svc:${podPorts.gateway}`)
      : whenKnown(outside, (known) => `https://${known}`);
  const allowedHosts = whenKnown({ origin, namespace, named: [...exposed, ...hosts] }, (known) =>
    [known.origin, ...new Set([...known.named, ...serviceHosts(service, known.namespace)])].join(','),
  );
  return { origin, allowedHosts };
}

/** The names of the gateway's Service within the cluster. */
function serviceHosts(service: string, namespace: string): string[] {
  const qualified = `${service}.${namespace}.svc`;
  return [service, `${service}.${namespace}`, qualified, `${qualified}.cluster.local`];
}

function exposedHosts(expose: Exposure | undefined): readonly Input<string>[] {
  if (expose === undefined) return [];
  return 'ingress' in expose ? [expose.ingress.host] : expose.gatewayApi.hostnames;
}

/** A route of the Gateway API. Its listener terminates TLS. */
export function routeSpec(
  service: string,
  { parentRefs, hostnames }: RouteExposure,
): Record<string, unknown> {
  return {
    parentRefs,
    hostnames,
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ name: service, port: podPorts.gateway }],
      },
    ],
  };
}

/** An Ingress with TLS. */
export function ingressSpec(
  service: string,
  { className, host, tlsSecret }: IngressExposure,
): k8s.types.input.networking.v1.IngressSpec {
  const backend = { service: { name: service, port: { name: 'http' } } };
  return {
    ingressClassName: className,
    tls: [{ hosts: [host], secretName: tlsSecret }],
    rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
  };
}
