import { isIP } from 'node:net';
import type { Egress } from '@lockstep/model/internal';

/**
 * Where a URL leads, as a destination of a policy: a Service of the cluster, an address, or a host name.
 *
 * @param marked destinations among which a host may be marked `unenforced`.
 */
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
