import { isIPv6 } from 'node:net';

/**
 * The address that clients can use. One that stands for all addresses is none: then it is the first host that was
 * allowed, or this machine's own.
 *
 * @example
 * clientAddress('0.0.0.0', 7411, ['mcp.example.com']); // 'http://mcp.example.com:7411'
 */
export function clientAddress(host: string, port: number, allowedHosts: readonly string[] = []): string {
  if (host !== '0.0.0.0' && host !== '::') return `http://${bracketed(host)}:${port}`;
  const [named] = allowedHosts;
  if (named === undefined) return `http://${host === '::' ? '[::1]' : '127.0.0.1'}:${port}`;
  const name = bracketed(named);
  return /:\d+$/.test(name) ? `http://${name}` : `http://${name}:${port}`;
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
