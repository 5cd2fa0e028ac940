type Schema = Readonly<Record<string, unknown>>;

/** Keywords whose values are data and not schemas. */
const data = new Set(['const', 'default', 'enum', 'examples']);

/**
 * What keeps the schema of a tool's arguments from being held to strictly, as clauses.
 *
 * @example
 * looseParts({ type: 'array' }); // ['its type is "array" and not "object"']
 */
export function looseParts(schema: unknown): string[] {
  if (!isRecord(schema)) return ['it is missing'];
  const { type } = schema;
  const kind =
    type === undefined
      ? 'it has no `type`; it must be "object"'
      : `its type is ${JSON.stringify(type)} and not "object"`;
  return [
    ...(type === 'object' ? [] : [kind]),
    ...remoteReferences(schema, '').map((at) => `${at} refers to another document, which is never fetched`),
  ];
}

/** Whether it says that nothing but the named properties may be given. */
export function isClosed(schema: unknown): boolean {
  return (
    isRecord(schema) && (schema.additionalProperties === false || schema.unevaluatedProperties === false)
  );
}

/** Where a schema refers to something outside itself. */
function remoteReferences(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => remoteReferences(item, `${path}/${index}`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${path}/${key}`;
    if (/^\$(dynamic|recursive)?ref$/i.test(key) && typeof item === 'string')
      return item.startsWith('#') ? [] : [at];
    return data.has(key) ? [] : remoteReferences(item, at);
  });
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
