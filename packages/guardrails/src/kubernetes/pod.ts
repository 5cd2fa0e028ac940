import { type Belonging, belongingOf } from './belonging.ts';
import { fieldAt, listAt } from './field.ts';
import { type KubernetesObject, labelsOf } from './object.ts';

/** The pods of one of Lockstep's workloads. */
export interface Pod {
  /** The workload. */
  readonly object: KubernetesObject;
  readonly belonging: Belonging;
  readonly labels: unknown;
  readonly spec: unknown;
  /** Where `spec` is in the object, for messages. */
  readonly path: readonly string[];
}

/** One container of a pod, and where it is in the object. */
interface Container {
  readonly fields: unknown;
  readonly path: readonly (string | number)[];
}

/** Where each kind of workload has its pods. */
const templates: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'core/Pod': [],
};

/** The pods of an object, if it is one of Lockstep's workloads. */
export function podOf(object: KubernetesObject): Pod | undefined {
  const at = templates[object.kind];
  if (at === undefined) return undefined;
  const labels = fieldAt(object.fields, ...at, 'metadata', 'labels');
  const belonging = belongingOf(labels) ?? belongingOf(labelsOf(object));
  if (belonging === undefined) return undefined;
  const path = [...at, 'spec'];
  return { object, belonging, labels, spec: fieldAt(object.fields, ...path), path };
}

/** The pods of all of Lockstep's workloads. */
export function podsOf(objects: readonly KubernetesObject[]): readonly Pod[] {
  return objects.map(podOf).filter((pod) => pod !== undefined);
}

/** Whether these are pods of an MCP server. */
export function isServer({ belonging }: Pod): boolean {
  return belonging.component === 'server';
}

/** Whether these are pods of a gateway. */
export function isGateway({ belonging }: Pod): boolean {
  return belonging.component === 'gateway';
}

/** All containers of a pod: those that run before the others, and those beside them, too. */
export function containersOf({ spec, path }: Pod): readonly Container[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    listAt(spec, list).map((fields, index) => ({ fields, path: [...path, list, index] })),
  );
}
