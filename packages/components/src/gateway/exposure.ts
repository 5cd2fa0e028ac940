import { podPorts } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import { gatewayObject } from '../kubernetes/names.ts';
import type { Exposure, IngressExposure, RouteExposure } from './gateway-args.ts';

/** The names of the gateway's Service within the cluster. */
function serviceHosts(namespace: string): string[] {
  const service = `${gatewayObject}.${namespace}.svc`;
  return [gatewayObject, `${gatewayObject}.${namespace}`, service, `${service}.cluster.local`];
}

/** Where clients find the gateway, without a path. */
export function originOf(namespace: string, expose: Exposure | undefined): string {
  const [host] = exposedHosts(expose);
  return host === undefined
    ? `http://${gatewayObject}.${namespace}.svc:${podPorts.gateway}`
    : `https://${host}`;
}

/** The hosts that the gateway answers to. The first is a URL: the address of its pages. */
export function allowedHosts(
  namespace: string,
  expose: Exposure | undefined,
  hosts: readonly string[],
): string[] {
  const names = [...exposedHosts(expose), ...hosts, ...serviceHosts(namespace)];
  return [originOf(namespace, expose), ...new Set(names)];
}

function exposedHosts(expose: Exposure | undefined): readonly string[] {
  if (expose === undefined) return [];
  return 'ingress' in expose ? [expose.ingress.host] : expose.gatewayApi.hostnames;
}

/** A route of the Gateway API. Its listener terminates TLS. */
export function routeSpec({ parentRefs, hostnames }: RouteExposure): Record<string, unknown> {
  return {
    parentRefs,
    hostnames,
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ name: gatewayObject, port: podPorts.gateway }],
      },
    ],
  };
}

/** An Ingress with TLS. */
export function ingressSpec({
  className,
  host,
  tlsSecret,
}: IngressExposure): k8s.types.input.networking.v1.IngressSpec {
  const backend = { service: { name: gatewayObject, port: { name: 'http' } } };
  return {
    ingressClassName: className,
    tls: [{ hosts: [host], secretName: tlsSecret }],
    rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
  };
}
