import { isIP } from 'node:net';
import type { Egress } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input, Output } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';
import { isLater, onceKnown } from '../inputs.ts';
import { publicAddresses, withoutMetadata } from './metadata.ts';
import { addressPeer, dnsPeers, podPeer } from './peers.ts';
import type { NetworkSettings, PodPeer } from './settings.ts';

type EgressRule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;
type HostEgress = Extract<Egress, { host: string }>;

/** A destination that pods may connect to. */
export interface Destination {
  /** The argument that names it, for errors: `definition.egress[0]`. */
  readonly at: string;
  readonly to: Egress | UrlDestination | PodsDestination;
}

/** Pods that a component knows. */
interface PodsDestination {
  readonly pods: PodPeer & { readonly port: Input<number> };
}

/** A destination that is known by a URL, perhaps only later. */
interface UrlDestination {
  readonly url: Input<string>;
  /** Destinations that may mark the URL's host as `unenforced`. Default: none. */
  readonly marked?: readonly Egress[];
}

/** Where pods may connect to, by what enforces it. */
interface EgressPlan {
  /** Rules of a NetworkPolicy, without DNS. */
  readonly rules: readonly EgressRule[];
  /** Hosts for the policy that supports host names. */
  readonly hosts: readonly HostEgress[];
  /** Hosts whose names nothing enforces, as in `api.example.com:443`. */
  readonly unenforced: readonly string[];
}

/** The same, where a part of it is known only later. */
type EventualPlan = { readonly [Part in keyof EgressPlan]: Input<EgressPlan[Part]> };

/**
 * Sorts destinations by what can enforce them in this cluster.
 *
 * @param own the pods' namespace, which Services without a namespace are in.
 * @throws RunError for a host name that nothing enforces and that isn't marked `unenforced`, and for the metadata
 * address; as soon as the destination is known.
 */
export function planEgress(
  who: string,
  destinations: readonly Destination[],
  network: NetworkSettings,
  own: Input<string>,
): EventualPlan {
  const later = destinations.filter(({ to }) => dependsOnLater(to, own));
  const plan = sort(
    who,
    destinations.filter((one) => !later.includes(one)),
    network,
    own as string,
  );
  if (later.length === 0) return plan;
  const rest: Output<EgressPlan> = onceKnown({ later, own }, (known) =>
    sort(who, known.later as readonly Destination[], network, known.own),
  );
  return {
    rules: rest.apply(({ rules }) => [...plan.rules, ...rules]),
    hosts: rest.apply(({ hosts }) => [...plan.hosts, ...hosts]),
    unenforced: rest.apply(({ unenforced }) => [...plan.unenforced, ...unenforced]),
  };
}

function dependsOnLater(to: Destination['to'], own: Input<string>): boolean {
  if ('url' in to) return isLater(to.url);
  return 'service' in to && to.namespace === undefined && isLater(own);
}

/** Sorts destinations that are all known. */
function sort(
  who: string,
  destinations: readonly Destination[],
  network: NetworkSettings,
  own: string,
): EgressPlan {
  const rules: EgressRule[] = [];
  const hosts: HostEgress[] = [];
  const unenforced: string[] = [];
  for (const { at, to } of destinations) {
    if ('pods' in to) {
      rules.push({ to: [podPeer(to.pods)], ports: [tcp(to.pods.port)] });
      continue;
    }
    const one = 'url' in to ? egressOfUrl(to.url as string, to.marked) : to;
    if ('service' in one) rules.push(serviceRule(one, network, own));
    else if ('cidr' in one) rules.push(cidrRule(who, at, one));
    else if (network.hostNames !== 'none') hosts.push(one);
    else {
      if (!one.unenforced) refuseHost(who, at, one);
      rules.push({ to: publicAddresses.map((ipBlock) => ({ ipBlock })), ports: [tcp(one.port)] });
      unenforced.push(`${one.host}:${one.port}`);
    }
  }
  return { rules, hosts, unenforced };
}

/** Lets pods query DNS. */
export function dnsRule(network: NetworkSettings): EgressRule {
  const ports = ['UDP', 'TCP'].map((protocol) => ({ port: 53, protocol }));
  return { to: dnsPeers(network), ports };
}

function serviceRule(
  { service, namespace: other, port }: Extract<Egress, { service: string }>,
  network: NetworkSettings,
  own: string,
): EgressRule {
  const namespace = other ?? own;
  const behind = network.services?.[`${namespace}/${service}`];
  const peer = behind === undefined ? { namespace } : { namespace, podLabels: behind.podLabels };
  return { to: [podPeer(peer)], ports: [tcp(behind?.port ?? port)] };
}

function cidrRule(who: string, at: string, { cidr, port }: Extract<Egress, { cidr: string }>): EgressRule {
  const block = withoutMetadata(cidr);
  if (block === undefined) {
    refuse(
      who,
      `${at}.cidr`,
      `${cidr} is the cloud's metadata address, which no server may reach; remove it.`,
    );
  }
  return { to: [addressPeer(block)], ...(port === undefined ? {} : { ports: [tcp(port)] }) };
}

function refuseHost(who: string, at: string, { host }: HostEgress): never {
  refuse(
    who,
    `${at}.host`,
    `nothing in this cluster enforces the host name ${host}; set network.hostNames to what does, or accept that with { host: '${host}', unenforced: true }.`,
  );
}

function tcp(port: Input<number>): k8s.types.input.networking.v1.NetworkPolicyPort {
  return { port, protocol: 'TCP' };
}

/** The destination of a URL, for a policy: a Service of the cluster, an address, or a host name. */
export function egressOfUrl(url: string, marked: readonly Egress[] = []): Egress {
  const { hostname, port: given, protocol } = new URL(url);
  const port = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return { cidr: `${address}/${isIP(address) === 4 ? 32 : 128}`, port };
  const [service, namespace] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(hostname)?.slice(1) ?? [];
  if (service !== undefined && namespace !== undefined) return { service, namespace, port };
  const unenforced = marked.some(
    (one) => 'host' in one && one.host === hostname && one.port === port && one.unenforced,
  );
  return { host: hostname, port, unenforced };
}

/** Whether two destinations are the same host, Service or addresses, on the same port. */
export function isSamePlace(a: Egress, b: Egress): boolean {
  if ('host' in a) return 'host' in b && a.host === b.host && a.port === b.port;
  if ('service' in a)
    return 'service' in b && a.service === b.service && a.namespace === b.namespace && a.port === b.port;
  return 'cidr' in b && a.cidr === b.cidr && (a.port === undefined || a.port === b.port);
}
