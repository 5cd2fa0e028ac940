import type { Finding } from '@lockstep/model';
import { isRecord, packageAnnotation } from '@lockstep/model/internal';
import type { KubernetesObject } from './object.ts';

/** The workloads whose packages are in no image, each with where they come from. */
export function installedPackages(objects: readonly KubernetesObject[]): Finding[] {
  return objects.flatMap(({ spec, metadata: { name } }) => {
    const template = isRecord(spec) && isRecord(spec.template) ? spec.template : {};
    const { annotations } = isRecord(template.metadata) ? template.metadata : {};
    const note = isRecord(annotations) ? annotations[packageAnnotation] : undefined;
    if (typeof note !== 'string') return [];
    return [{ path: name, message: `its package is ${note}; for production, run it from an image.` }];
  });
}
