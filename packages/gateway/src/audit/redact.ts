import type { Json } from '@lockstep/model/record';
import { blankSecrets, isSecretField, isSecretName, redactedText } from '@lockstep/model/secret-detector';
import {
  itemSchemas,
  marksSensitive,
  memberSchemas,
  type Schema,
  type SensitiveSchema,
  sensitiveSchema,
  unescapePointer,
} from './sensitive-schema.ts';

/** The rules for one value inside the arguments. */
interface Place {
  readonly schemas: readonly Schema[];
  /** The remaining parts of the pointers that lead through here. */
  readonly pointers: readonly (readonly string[])[];
}

/**
 * Redacts arguments for the record. `[redacted]` replaces what the schema marks as sensitive (`writeOnly`,
 * `format: password`), what the pointers name (RFC 6901, where `*` is any key or item), the values of secret-looking
 * names, and secrets inside texts. In doubt it hides: one branch of the schema is enough.
 *
 * @example
 * redactArguments({ user: 'a', api_key: 'x' }, undefined, []) // { user: 'a', api_key: '[redacted]' }
 */
export function redactArguments(args: Json, schema: Schema, pointers: readonly string[]): Json {
  const sensitive = sensitiveSchema(schema);
  const paths = pointers.map((pointer) => pointer.split('/').slice(1).map(unescapePointer));
  return redact(args, { schemas: sensitive ? [schema] : [], pointers: paths }, sensitive);
}

function redact(value: Json, place: Place, sensitive: SensitiveSchema | undefined): Json {
  if (place.pointers.some((rest) => rest.length === 0)) return redactedText;
  const schemas = sensitive === undefined ? [] : [...sensitive.expand(place.schemas)];
  if (schemas.some(marksSensitive)) return redactedText;
  if (typeof value === 'string') return blankSecrets(value);
  if (typeof value !== 'object' || value === null) return value;

  if (isList(value)) {
    const [name, ...rest] = value;
    // `['X-Api-Key', …]`: some tools pass headers like this.
    if (typeof name === 'string' && rest.length === 1 && isSecretName(name)) return [name, redactedText];
    return value.map((item, index) => {
      const inner = schemas.flatMap((schema) => itemSchemas(schema, index));
      return redact(item, { schemas: inner, pointers: enter(place, String(index)) }, sensitive);
    });
  }

  const members = Object.entries(value).map(([key, member]): [string, Json | undefined] => {
    // A key may itself be a secret, unless it is short.
    const shownKey = key.length < minSecretKey ? key : blankSecrets(key);
    if (member === undefined) return [shownKey, member];
    if (isValueOfSecret(value, key) || isSecretField(key, member)) {
      return [shownKey, redactedText];
    }
    const inner = schemas.flatMap((schema) => memberSchemas(schema, key));
    return [shownKey, redact(member, { schemas: inner, pointers: enter(place, key) }, sensitive)];
  });
  return Object.fromEntries(members);
}

function enter({ pointers }: Place, key: string): string[][] {
  return pointers.filter(([first]) => first === key || first === '*').map((rest) => rest.slice(1));
}

/** A key with fewer characters is no secret itself. */
const minSecretKey = 16;

const namesValue = /^(?:name|key|field|header|variable|id|label|selector|element)$/i;

/** Whether this is the value in `{ name: 'API_KEY', value: … }`, a common form for variables, headers and fields. */
function isValueOfSecret(object: { readonly [key: string]: Json | undefined }, key: string): boolean {
  if (!/^(?:values?|content|text)$/i.test(key)) return false;
  return Object.entries(object).some(
    ([other, name]) => namesValue.test(other) && typeof name === 'string' && isSecretName(name),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
