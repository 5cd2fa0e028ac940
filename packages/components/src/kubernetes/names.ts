import { createHash } from 'node:crypto';

/**
 * The longest name of an object. The pods of a StatefulSet have its name and 11 more characters in a label, and a
 * label's value has at most 63.
 */
const maxNameLength = 52;

/** How many hexadecimal digits of a shortened name's hash are kept. */
const hashLength = 8;

/**
 * The name of an object: the parts joined by `-`. A name that is too long keeps its start and ends in a hash of the
 * whole, so that it stays stable and unique. Names are explicit, because manifests made without an engine have no
 * autonaming.
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

/**
 * The name of a server's workload, Service and ServiceAccount.
 *
 * @example
 * serverObject('files'); // 'mcp-files'
 */
export function serverObject(server: string): string {
  return objectName('mcp', server);
}

/**
 * The name of the gateway's workload, Service and ServiceAccount, and the start of its other objects' names.
 *
 * @example
 * const subject = `system:serviceaccount:mcp-prod:${gatewayObject}`;
 */
export const gatewayObject = 'lockstep-gateway';

/** The name of the claim of the volume with approvals and audit. */
export const gatewayState = objectName(gatewayObject, 'state');
