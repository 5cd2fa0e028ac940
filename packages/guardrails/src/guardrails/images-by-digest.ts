import { imageDigest, isUnpushed, printPath } from '@lockstep/model/internal';
import type { ObjectGuardrail, Violation } from '../guardrail.ts';
import { fieldAt, listAt } from '../kubernetes/field.ts';
import { type KubernetesObject, shown } from '../kubernetes/object.ts';
import { containersOf, type Pod, podOf } from '../kubernetes/pod.ts';

/** What runs is what people reviewed: a tag can be moved to another image, a digest can't. */
export const imagesByDigest: ObjectGuardrail = {
  name: 'images-by-digest',
  description: 'Servers and gateways run only images that are named by digest.',
  checkObject(object) {
    const pod = podOf(object);
    return pod === undefined ? [] : imagesOf(pod).flatMap((image) => checkImage(object, image));
  },
};

interface Image {
  readonly path: readonly (string | number)[];
  readonly reference: unknown;
}

/** The images of a pod's containers, and those that it mounts as volumes. */
function imagesOf(pod: Pod): readonly Image[] {
  const mounted = listAt(pod.spec, 'volumes').flatMap((volume, index) => {
    const reference = fieldAt(volume, 'image', 'reference');
    const path = [...pod.path, 'volumes', index, 'image', 'reference'];
    return reference === undefined ? [] : [{ path, reference }];
  });
  const run = containersOf(pod).map(({ fields, path }) => ({
    path: [...path, 'image'],
    reference: fieldAt(fields, 'image'),
  }));
  return [...run, ...mounted];
}

function checkImage(object: KubernetesObject, { path, reference }: Image): Violation[] {
  if (reference !== undefined && typeof reference !== 'string') return [];
  const where = `${shown(object)}: ${printPath('', path)}`;
  if (reference === undefined) {
    return [{ object, message: `${where} is missing; name an image as registry/name@sha256:….` }];
  }
  if (imageDigest(reference) === undefined) {
    const message = `${where} is ${JSON.stringify(reference)}, which has no digest; write it as registry/name@sha256:….`;
    return [{ object, message }];
  }
  if (!isUnpushed(reference)) return [];
  const message = `${where} is ${reference}, whose digest of zeros says that it was never pushed; build and push it, then give its real digest.`;
  return [{ object, message }];
}
