import { printPath } from '@lockstep/model/internal';
import { entriesAt, fieldAt, textAt } from './field.ts';
import type { KubernetesObject } from './object.ts';

/** A Service that a route sends traffic to. */
interface Backend {
  /** Where the route names it. */
  readonly path: string;
  readonly name: string;
  /** Undefined for the route's own namespace. */
  readonly namespace: unknown;
}

/** The Services that an Ingress or a route of the Gateway API names, wherever in it: in rules, defaults and filters. */
export function backendsOf({ kind, fields }: KubernetesObject): readonly Backend[] {
  const isRoute = /^gateway\.networking\.k8s\.io\/\w+Route$/.test(kind);
  if (!isRoute && !/^(networking\.k8s\.io|extensions)\/Ingress$/.test(kind)) return [];
  return backendsIn(fieldAt(fields, 'spec'), ['spec']);
}

function backendsIn(value: unknown, path: readonly (string | number)[]): Backend[] {
  const items: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : entriesAt(value);
  return items.flatMap(([key, item]) => {
    const at = [...path, key];
    const isBackend = key === 'backendRef' || path.at(-1) === 'backendRefs';
    // An Ingress has the Service's name one level below its backend.
    const name = isBackend || key === 'service' ? textAt(item, 'name') : undefined;
    if (name === undefined) return backendsIn(item, at);
    return [
      { path: printPath('', at), name, namespace: fieldAt(item, 'namespace') },
      ...backendsIn(item, at),
    ];
  });
}
