import type { Servers } from '@lockstep/model';
import { type Egress, parseEgress, podPorts } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { explain } from '../errors.ts';
import { selectorOf } from '../kubernetes/labels.ts';
import { serverObject } from '../kubernetes/names.ts';
import { type Destination, egressOfUrl, isSamePlace } from '../network/egress.ts';
import { peerOf, podPeer } from '../network/peers.ts';
import type { NetworkSettings } from '../network/settings.ts';
import { planTraffic, type TrafficPlan } from '../network/traffic.ts';
import type { McpGatewayArgs } from './gateway-args.ts';

/**
 * Plans the gateway's network traffic: in from its clients and from readers of metrics; out to the servers, to Vault
 * and to declared destinations.
 *
 * @throws RunError for a host name that nothing enforces and that isn't marked `unenforced`.
 */
export function planGatewayTraffic(
  who: string,
  args: McpGatewayArgs,
  selector: Readonly<Record<string, string>>,
): TrafficPlan {
  const { namespace, clients = [], monitoring = [] } = args;
  const ingress = [
    { from: clients.map(peerOf), ports: [{ port: podPorts.gateway, protocol: 'TCP' }] },
    { from: monitoring.map(podPeer), ports: [{ port: podPorts.metrics, protocol: 'TCP' }] },
  ];
  return planTraffic({
    who,
    namespace,
    selector,
    // Drop rules without peers, because they would let everybody in.
    ingress: ingress.filter(({ from }) => from.length > 0),
    egress: destinations(who, args),
    network: withOwnServers(args),
  });
}

function destinations(who: string, args: McpGatewayArgs): Destination[] {
  const { endpoints, environment, vault } = args;
  const egress = explain(who, () => parseEgress(args.egress ?? []));
  const servers = Object.entries(endpoints).flatMap(([server, { url, pods }]): Destination[] => {
    const at = `environment.servers.${server}`;
    if (pods !== undefined) return [{ at, to: { pods } }];
    const marked = declaredBy(environment.servers, server);
    const own = { at: `${at}.remote.url`, to: { url, marked } };
    return [own, ...marked.filter((to) => !isAt(to, url)).map((to) => ({ at: `${at}.egress`, to }))];
  });
  return [
    ...servers,
    ...(vault === undefined ? [] : [{ at: 'vault.address', to: { url: vault.address, marked: egress } }]),
    ...egress.map((to, index) => ({ at: `egress[${index}]`, to })),
  ];
}

/** A remote server's egress applies to the gateway; other servers' egress applies to their own pods. */
function declaredBy(servers: Servers, server: string): readonly Egress[] {
  const definition = servers[server];
  return definition !== undefined && 'remote' in definition ? definition.egress : [];
}

/** Whether a host is what a URL names, so that one rule is enough. */
function isAt(egress: Egress, url: Input<string>): boolean {
  return typeof url === 'string' && 'host' in egress && isSamePlace(egress, egressOfUrl(url));
}

/** Adds the pods behind our own servers' Services, for endpoints that name only a URL. */
function withOwnServers({ environment, endpoints, namespace, network }: McpGatewayArgs): NetworkSettings {
  if (typeof namespace !== 'string') return network;
  const own = Object.keys(endpoints).map((server) => {
    const podLabels = selectorOf({ environment: environment.name, component: 'server', server });
    return [`${namespace}/${serverObject(server)}`, { podLabels }] as const;
  });
  return { ...network, services: { ...network.services, ...Object.fromEntries(own) } };
}
