import { createHash } from 'node:crypto';
import { gatewayWorkload } from '@lockstep/model/internal';

/**
 * The longest name of an object. The pods of a StatefulSet have its name and 11 more characters in a label, and a
 * label's value has at most 63.
 */
const maxNameLength = 52;

/** How many hexadecimal digits of a hash are kept. */
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
  return name.length <= maxNameLength ? name : ended(name, hashOf(name));
}

/**
 * How an environment's objects are named.
 *
 * @example
 * const naming: Naming = { environment: 'prod', sharesNamespace: true };
 */
export interface Naming {
  /** The environment's name. */
  readonly environment: string;
  /**
   * Whether the namespace has objects of other environments too. Names then contain the environment's name, and end in
   * a hash, because `a-b` and `c` would read like `a` and `b-c`. Default: false.
   */
  readonly sharesNamespace?: boolean;
}

/** The name of an environment's object, which no other environment of the namespace has. */
export function nameIn(
  { environment, sharesNamespace = false }: Naming,
  base: string,
  ...parts: string[]
): string {
  if (!sharesNamespace) return objectName(base, ...parts);
  const whole = [base, environment, ...parts];
  return ended(whole.join('-'), hashOf(JSON.stringify(whole)));
}

/** The name of an object that changes with its content. */
export function contentName(base: string, content: string): string {
  return objectName(base, hashOf(content));
}

/**
 * The name of a server's workload, Service and ServiceAccount.
 *
 * @param naming how the environment's objects are named. Default: as in a namespace of its own.
 * @example
 * serverObject('files'); // 'mcp-files'
 */
export function serverObject(server: string, naming: Naming = ownNamespace): string {
  return nameIn(naming, 'mcp', server);
}

/**
 * The name of the gateway's workload, Service and ServiceAccount, and the start of its other objects' names.
 *
 * @param naming how the environment's objects are named. Default: as in a namespace of its own.
 * @example
 * const subject = `system:serviceaccount:mcp-prod:${gatewayObject()}`;
 */
export function gatewayObject(naming: Naming = ownNamespace): string {
  return nameIn(naming, gatewayWorkload.name);
}

/** The name of the claim of the volume with approvals and audit. */
export function gatewayState(naming: Naming): string {
  return objectName(gatewayObject(naming), 'state');
}

const ownNamespace: Naming = { environment: '' };

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hashLength);
}

function ended(name: string, hash: string): string {
  return `${name.slice(0, maxNameLength - hashLength - 1).replace(/-+$/, '')}-${hash}`;
}
