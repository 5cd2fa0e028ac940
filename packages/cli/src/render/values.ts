/**
 * Values as Pulumi's wire format has them. The signatures are part of that format and the same in every SDK.
 *
 * @module
 */

/** Stands for a value that is known only once the cloud has answered. */
export const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

const signatureKey = '4dabf18193072939515e22adb298388d';
const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
const outputSignature = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
const resourceSignature = '5cf8f73096256a8f31e491e813e4eb8e';

/** Where a secret is. Its value is nowhere. */
interface SecretPlace {
  /** As in `spec.template.spec.containers[0].env[1].value`. */
  readonly path: string;
  /** The names of its fields, where it is an object. */
  readonly keys: readonly string[];
}

/** Inputs of a resource without what must not, or can't, be written. */
export interface PlainValues {
  /** What is known and no secret; `null` in its other places. */
  readonly value: unknown;
  readonly secrets: readonly SecretPlace[];
  /** Where values are that can't be known yet. */
  readonly unknowns: readonly string[];
}

/** Takes secrets and unknown values out of the inputs of a resource. No secret's value is in the result. */
export function plainValues(raw: unknown): PlainValues {
  const secrets: SecretPlace[] = [];
  const unknowns: string[] = [];
  const walk = (value: unknown, path: string): unknown => {
    if (value === unknownValue) {
      unknowns.push(path);
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}[${index}]`));
    if (!isRecord(value)) return value;
    switch (value[signatureKey]) {
      case secretSignature:
        secrets.push(placeOf(path, value.value));
        return null;
      case outputSignature:
        if (value.secret === true) secrets.push(placeOf(path, value.value));
        else if (value.value === undefined) unknowns.push(path);
        else return walk(value.value, path);
        return null;
      case resourceSignature:
        return value.urn ?? null;
      default:
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, walk(item, joinPath(path, key))]),
        );
    }
  };
  return { value: walk(raw, ''), secrets, unknowns };
}

function placeOf(path: string, value: unknown): SecretPlace {
  return { path, keys: isRecord(value) && !(signatureKey in value) ? Object.keys(value) : [] };
}

function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

// Not the model's: this runs in the program's process, which may have no use for the model.
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
