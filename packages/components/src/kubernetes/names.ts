import { createHash } from 'node:crypto';

/**
 * The longest name of an object. A StatefulSet's pods carry its name and 11 more characters in a label, and a label's
 * value has at most 63.
 */
const maxNameLength = 52;

/** How many hexadecimal digits of a shortened name's hash are kept. */
const hashLength = 8;

/**
 * The name of an object: the parts joined by `-`. One that is too long keeps its start and gets a hash of the whole,
 * so that it stays stable and its own. Names are explicit, since manifests made without an engine have no autonaming.
 *
 * @param parts DNS labels.
 * @example
 * objectName('mcp', 'files'); // 'mcp-files'
 */
export function objectName(...parts: string[]): string {
  const name = parts.join('-');
  if (name.length <= maxNameLength) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashLength);
  const start = name.slice(0, maxNameLength - hashLength - 1).replace(/-+$/, '');
  return `${start}-${hash}`;
}

/** What a server's workload, Service and ServiceAccount are called. */
export function serverObject(server: string): string {
  return objectName('mcp', server);
}

/** What the gateway's workload, Service and ServiceAccount are called, and what its other objects' names start with. */
export const gatewayObject = 'lockstep-gateway';

/** What the claim of the volume with approvals and audit is called. */
export const gatewayState = objectName(gatewayObject, 'state');
