/** A value that JSON can express. */
type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object that JSON can express. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a value is a plain object and everything in it is JSON. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) && isJson(value);
}

/** The deepest nesting that we accept. */
const maxDepth = 500;

function isJson(value: unknown, depth = 0): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value !== 'object' || depth > maxDepth) return false;
  if (!Array.isArray(value) && !isPlain(value)) return false;
  return Object.values(value).every((item) => isJson(item, depth + 1));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value is an object with keys, not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
