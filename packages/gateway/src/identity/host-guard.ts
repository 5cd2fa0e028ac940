import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';

/** A host as a Host header writes it. */
interface Authority {
  readonly name: string;
  readonly port: number | undefined;
}

/** The hosts that a gateway answers to. A page that rebinds its own name to this machine isn't one of them. */
export type AllowedHosts = readonly Authority[];

/**
 * This machine's own names with the gateway's port, and the configured hosts. A configured host with a port matches
 * that port only; without one it matches any, since a proxy in front may listen on another.
 *
 * @throws Error naming a configured host that isn't valid.
 * @example
 * allowedHosts(7411, ['mcp.example.com']);
 */
export function allowedHosts(port: number, configured: readonly string[] = []): AllowedHosts {
  const own = loopbackNames.map((name) => ({ name, port }));
  const others = configured.map((text) => {
    const authority = parseAuthority(isIPv6(text) ? `[${text}]` : text);
    if (authority === undefined) {
      throw new Error(
        `\`${text}\` isn't a host; write it like \`mcp.example.com\` or \`mcp.example.com:8443\`.`,
      );
    }
    return authority;
  });
  return [...own, ...others];
}

/**
 * Guards against DNS rebinding and against pages of other sites: the Host must be one of ours, and so must the Origin
 * if a browser sends one.
 *
 * @returns why the request is refused (403), in one sentence, or undefined.
 */
export function refuseHost(headers: IncomingHttpHeaders, allowed: AllowedHosts): string | undefined {
  const host = headers.host;
  if (host === undefined) return 'The request has no Host header; send one.';
  if (!isAllowed(parseAuthority(host), allowed)) {
    return `The Host ${quote(host)} isn't one of this gateway's; use the address that it printed at start, or allow this host with --allow-host.`;
  }
  const origin = headers.origin;
  if (origin !== undefined && !isAllowed(parseOrigin(origin), allowed)) {
    return `Pages of the Origin ${quote(origin)} may not call this gateway; call it from a client that isn't a web page.`;
  }
  return undefined;
}

/** The name in a Host header, without the port; undefined if it is malformed. */
export function hostName(host: string): string | undefined {
  return parseAuthority(host)?.name;
}

/** The name in an Origin header; undefined for `null` and for schemes other than http and https. */
export function originName(origin: string): string | undefined {
  return parseOrigin(origin)?.name;
}

function isAllowed(found: Authority | undefined, allowed: AllowedHosts): boolean {
  if (found === undefined) return false;
  return allowed.some(
    ({ name, port }) =>
      name === found.name &&
      (port === undefined ||
        port === found.port ||
        // Browsers leave out the scheme's own port.
        (found.port === undefined && (port === 80 || port === 443))),
  );
}

function parseAuthority(text: string): Authority | undefined {
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::(\d{1,5}))?$/.exec(text.toLowerCase());
  if (match?.[1] === undefined) return undefined;
  return { name: match[1], port: match[2] === undefined ? undefined : Number(match[2]) };
}

function parseOrigin(text: string): Authority | undefined {
  const match = /^https?:\/\/([^/?#@\s]+)$/i.exec(text);
  return match?.[1] === undefined ? undefined : parseAuthority(match[1]);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Whether a socket's peer address belongs to this machine: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address);
}

/** Whether a name without a port, from a Host header, a URL or a person, belongs to this machine. */
export function isLoopbackName(name: string): boolean {
  return loopbackNames.includes(name) || name === '::1';
}
