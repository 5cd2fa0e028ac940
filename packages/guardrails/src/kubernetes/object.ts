import { fieldAt, mayEqual, textAt } from './field.ts';

/** A Kubernetes object of a program. */
export interface KubernetesObject {
  readonly urn: string;
  /** Its API group and kind, as in `apps/Deployment`; the group of the oldest kinds is `core`. */
  readonly kind: string;
  /** Its fields, with `notYetKnown` for what only the deployment will know. */
  readonly fields: unknown;
}

/**
 * The Kubernetes object that a resource stands for; undefined for resources of other providers and for components.
 *
 * @param type as in `kubernetes:apps/v1:Deployment`.
 */
export function objectOf(type: string, urn: string, fields: unknown): KubernetesObject | undefined {
  const [, group, kind] = /^kubernetes:([^/:]+)\/[^:]+:(\w+)$/.exec(type) ?? [];
  return group === undefined ? undefined : { urn, kind: `${group}/${kind}`, fields };
}

/** Whether two objects are in one namespace, as far as it is known. */
export function shareNamespace(a: KubernetesObject, b: KubernetesObject): boolean {
  return mayEqual(namespaceOf(a), namespaceOf(b));
}

/** The namespace's name; undefined for an object in the provider's default namespace. */
export function namespaceOf({ fields }: KubernetesObject): unknown {
  return fieldAt(fields, 'metadata', 'namespace');
}

/** The labels of an object. */
export function labelsOf({ fields }: KubernetesObject): unknown {
  return fieldAt(fields, 'metadata', 'labels');
}

/** What messages call an object: `Deployment mcp-prod/mcp-files`. */
export function shown({ kind, fields, urn }: KubernetesObject): string {
  const name = textAt(fields, 'metadata', 'name') ?? urn.split('::').at(-1);
  const namespace = textAt(fields, 'metadata', 'namespace');
  return `${kind.split('/')[1]} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
