import type { Finding } from '@lockstep/model';
import { isRecord } from '@lockstep/model/internal';
import { isClusterScoped } from './kinds.ts';
import { objectsIn, type RegisteredResource } from './mock-monitor.ts';

/** A Kubernetes object, as it would be applied. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Readonly<
    Record<string, unknown>
  >;
  readonly [field: string]: unknown;
}

/** A Secret that isn't written, since secrets never are. */
export interface Withheld {
  readonly name: string;
  readonly namespace?: string;
  /** The keys that whoever creates it must give. */
  readonly keys: readonly string[];
}

/** What becomes of one resource. */
interface Made {
  readonly objects: readonly KubernetesObject[];
  readonly withheld: readonly Withheld[];
  /** What keeps it from being written. */
  readonly findings: readonly Finding[];
}

const nothing: Made = { objects: [], withheld: [], findings: [] };

/**
 * The objects of a resource of the Kubernetes provider, as far as they can be written.
 *
 * @param provider its provider, where the program made one.
 */
export function objectsOf(resource: RegisteredResource, provider: RegisteredResource | undefined): Made {
  const path = `${resource.type} ${resource.name}`;
  const inputs = isRecord(resource.value) ? resource.value : {};
  const refuse = (message: string): Made => ({ ...nothing, findings: [{ path, message }] });
  if (resource.type === 'kubernetes:yaml/v2:ConfigGroup')
    return objectsOfGroup(resource, inputs, provider, refuse);
  const { apiVersion, kind } = inputs;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return refuse(madeElsewhere);
  if (resource.type.endsWith(`:${kind}Patch`)) return refuse(patch);
  const object = inNamespace(inputs, provider);
  if (kind === 'Secret' && apiVersion === 'v1' && holdsData(resource, inputs)) {
    return isNamed(object) ? { ...nothing, withheld: [withhold(object, resource)] } : refuse(nameless);
  }
  const [secret] = resource.secrets.filter(isWritten);
  if (secret !== undefined) return refuse(secretAt(secret.path));
  const unknowns = resource.unknowns.filter((at) => isWritten({ path: at }));
  if (unknowns.length > 0) return refuse(unknownAt(unknowns));
  const { status: _, ...written } = object;
  return isNamed(written) ? { ...nothing, objects: [written] } : refuse(nameless);
}

const madeElsewhere =
  "is made by its provider and isn't an object that could be written; declare its objects themselves.";
const patch =
  "changes an object that is another's, which a manifest can't; make the change where it is declared.";
const nameless =
  'has no `metadata.name` that is known here, and there is no engine that would choose one; give it.';

function secretAt(path: string): string {
  return `\`${path}\` is a secret, which is never written; refer to a Secret of the cluster there.`;
}

function unknownAt(paths: readonly string[]): string {
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  return `\`${paths[0]}\`${more} can't be known without the cloud; give it as a plain value, in the stack's configuration for instance.`;
}

/** What the cluster says of an object is no part of what is applied. */
function isWritten({ path }: { readonly path: string }): boolean {
  return !/^status\b/.test(path);
}

function isNamed(object: Record<string, unknown>): object is KubernetesObject {
  return isRecord(object.metadata) && typeof object.metadata.name === 'string' && object.metadata.name !== '';
}

/** The object in the namespace that its provider puts it into, where it names none itself. */
function inNamespace(
  inputs: Record<string, unknown>,
  provider: RegisteredResource | undefined,
): Record<string, unknown> {
  const metadata = isRecord(inputs.metadata) ? inputs.metadata : {};
  const { namespace } = isRecord(provider?.value) ? provider.value : {};
  const isPlaced = metadata.namespace !== undefined || isClusterScoped(String(inputs.kind));
  return typeof namespace !== 'string' || isPlaced
    ? { ...inputs, metadata }
    : { ...inputs, metadata: { ...metadata, namespace } };
}

function holdsData(resource: RegisteredResource, { data, stringData }: Record<string, unknown>): boolean {
  return resource.secrets.length > 0 || keysOf(data).length > 0 || keysOf(stringData).length > 0;
}

function withhold(
  { metadata, data, stringData }: KubernetesObject,
  { secrets }: RegisteredResource,
): Withheld {
  const { name, namespace } = metadata;
  const whole = secrets.filter(({ path }) => path === 'data' || path === 'stringData');
  const keys = [...keysOf(data), ...keysOf(stringData), ...whole.flatMap((secret) => secret.keys)];
  return { name, ...(namespace !== undefined && { namespace }), keys: [...new Set(keys)].toSorted() };
}

function keysOf(data: unknown): string[] {
  return isRecord(data) ? Object.keys(data) : [];
}

/** A group that its provider would take apart: what it is given as objects or as text. */
function objectsOfGroup(
  resource: RegisteredResource,
  { objs, yaml, files, resourcePrefix }: Record<string, unknown>,
  provider: RegisteredResource | undefined,
  refuse: (message: string) => Made,
): Made {
  if (files !== undefined || resourcePrefix !== undefined) {
    return refuse(
      'has `files` or `resourcePrefix`, which its provider reads; give the text of the files as `yaml`.',
    );
  }
  const [secret] = resource.secrets;
  if (secret !== undefined) return refuse(secretAt(secret.path));
  if (resource.unknowns.length > 0) return refuse(unknownAt(resource.unknowns));
  const texts = Array.isArray(yaml) ? yaml : yaml === undefined ? [] : [yaml];
  const objects = [...(Array.isArray(objs) ? objs : []), ...texts.flatMap((text) => objectsIn(String(text)))];
  const made = objects.map((value, index) =>
    objectsOf({ ...resource, type: 'kubernetes:yaml', name: `${resource.name}[${index}]`, value }, provider),
  );
  return {
    objects: made.flatMap((one) => one.objects),
    withheld: made.flatMap((one) => one.withheld),
    findings: made.flatMap((one) => one.findings),
  };
}
