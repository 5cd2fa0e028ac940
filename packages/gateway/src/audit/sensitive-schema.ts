/** A JSON Schema from the lock, which can be anything. */
export type Schema = unknown;

type SchemaObject = Readonly<Record<string, unknown>>;

/** What a schema says about sensitive values inside a document. */
export interface SensitiveSchema {
  /** All schemas that may apply where these do: their combinations and references, with all branches. */
  expand(schemas: Iterable<Schema>): ReadonlySet<SchemaObject>;
}

const analysed = new WeakMap<object, SensitiveSchema | null>();

/** Prepares a schema once; undefined if it marks nothing as sensitive. */
export function sensitiveSchema(root: Schema): SensitiveSchema | undefined {
  if (!isObject(root)) return undefined;
  let found = analysed.get(root);
  if (found === undefined) {
    found = analyse(root);
    analysed.set(root, found);
  }
  return found ?? undefined;
}

/** Whether to hide the value that this schema applies to. */
export function marksSensitive(schema: SchemaObject): boolean {
  return schema.writeOnly === true || schema.format === 'password';
}

/** The schemas for the member `key` of an object. Every pattern counts as a match, which can only hide more. */
export function memberSchemas(schema: SchemaObject, key: string): Schema[] {
  const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema;
  const named = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const patterns = isObject(patternProperties) ? Object.values(patternProperties) : [];
  return named === undefined
    ? [...patterns, additionalProperties, unevaluatedProperties]
    : [named, ...patterns];
}

/** The schemas for the item at `index` of an array. */
export function itemSchemas(schema: SchemaObject, index: number): Schema[] {
  const { prefixItems, items, additionalItems, contains, unevaluatedItems } = schema;
  const rest = [contains, unevaluatedItems];
  // Before 2020-12, `items` was also used for what is now `prefixItems`.
  if (Array.isArray(items)) return [index < items.length ? items[index] : additionalItems, ...rest];
  const before = Array.isArray(prefixItems) && index < prefixItems.length ? prefixItems[index] : undefined;
  return [before ?? items, ...rest];
}

const listApplicators = ['allOf', 'anyOf', 'oneOf'];
const singleApplicators = ['if', 'then', 'else', 'not'];
const references = ['$ref', '$dynamicRef', '$recursiveRef'];

function analyse(root: SchemaObject): SensitiveSchema | null {
  const places = new Map<string, SchemaObject>();
  let sensitive = false;
  walk(root, '', (schema, base) => {
    if (marksSensitive(schema)) sensitive = true;
    for (const name of [schema.$anchor, schema.$dynamicAnchor]) {
      if (typeof name === 'string') places.set(`${base}#${name}`, schema);
    }
    if (typeof schema.$id === 'string') places.set(schema.$id.replace(/#$/, ''), schema);
  });
  if (!sensitive) return null;

  function resolve(reference: string): Schema {
    const [id = '', fragment = ''] = reference.split('#');
    const named = places.get(fragment === '' ? id : `${id}#${fragment}`);
    if (named !== undefined) return named;
    const start =
      places.get(id) ?? [...places].find(([name]) => id !== '' && name.endsWith(`/${id}`))?.[1] ?? root;
    return fragment.startsWith('/') ? follow(start, fragment) : start;
  }

  function expand(schemas: Iterable<Schema>): ReadonlySet<SchemaObject> {
    const all = new Set<SchemaObject>();
    const waiting = [...schemas];
    while (waiting.length > 0) {
      const schema = waiting.pop();
      if (!isObject(schema) || all.has(schema)) continue;
      all.add(schema);
      for (const name of listApplicators) if (Array.isArray(schema[name])) waiting.push(...schema[name]);
      for (const name of singleApplicators) waiting.push(schema[name]);
      if (isObject(schema.dependentSchemas)) waiting.push(...Object.values(schema.dependentSchemas));
      for (const name of references) {
        const reference = schema[name];
        if (typeof reference === 'string') waiting.push(resolve(reference));
      }
    }
    return all;
  }

  return { expand };
}

/** Visits every object inside a schema, with the `$id` that it belongs to. */
function walk(value: unknown, base: string, visit: (schema: SchemaObject, base: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, base, visit);
  } else if (isObject(value)) {
    const own = typeof value.$id === 'string' ? value.$id.replace(/#$/, '') : base;
    visit(value, own);
    if (own !== '') visit(value, '');
    for (const child of Object.values(value)) walk(child, own, visit);
  }
}

function follow(start: Schema, pointer: string): Schema {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => unescapePointer(safeDecode(part)))
    .reduce<unknown>(
      (value, key) => (isObject(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
      start,
    );
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Unescapes one part of a JSON pointer. */
export function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
