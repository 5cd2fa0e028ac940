import { fieldAt, listAt } from './field.ts';
import { containersOf, type Pod } from './pod.ts';

/** The names of the ConfigMaps or Secrets that pods read: from volumes and into variables. */
export function referencesOf(pod: Pod, kind: string): readonly unknown[] {
  const volumes = listAt(pod.spec, 'volumes');
  const containers = containersOf(pod).map(({ fields }) => fields);
  const [volume, volumeName, all, one] =
    kind === 'core/Secret'
      ? (['secret', 'secretName', 'secretRef', 'secretKeyRef'] as const)
      : (['configMap', 'name', 'configMapRef', 'configMapKeyRef'] as const);
  const names = [
    ...volumes.map((item) => fieldAt(item, volume, volumeName)),
    ...volumes.flatMap((item) =>
      listAt(item, 'projected', 'sources').map((source) => fieldAt(source, volume, 'name')),
    ),
    ...containers.flatMap((item) => listAt(item, 'envFrom').map((from) => fieldAt(from, all, 'name'))),
    ...containers.flatMap((item) =>
      listAt(item, 'env').map((variable) => fieldAt(variable, 'valueFrom', one, 'name')),
    ),
  ];
  return names.filter((name) => name !== undefined);
}
