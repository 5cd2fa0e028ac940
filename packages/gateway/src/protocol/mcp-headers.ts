import { isRecord, type Release } from '@lockstep/model/internal';

/** An argument that is also sent as a header: its path in the arguments, and the header's full name. */
export interface ParamDeclaration {
  readonly path: readonly string[];
  readonly header: string;
}

/** A flat list of header names and values, the form that undici takes. */
export type HeaderList = readonly string[];

/** The field of `params` that is sent as `Mcp-Name` too. Source: MCP 2026-07-28, Streamable HTTP, "Request headers". */
export const nameField: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const primitive = new Set(['string', 'integer', 'number', 'boolean']);

/**
 * Collects, for each locked tool, what its input schema maps to `Mcp-Param-*` headers. A property counts only if
 * nothing but `properties` leads to it. Source: MCP 2026-07-28, Streamable HTTP, "Custom headers from tool parameters".
 */
export function declaredParamHeaders(release: Release): ReadonlyMap<string, readonly ParamDeclaration[]> {
  const tools = Object.entries(release.tools).map(
    ([name, { definition }]) => [name, declarationsIn(definition.inputSchema, [])] as const,
  );
  return new Map(tools.filter(([, declarations]) => declarations.length > 0));
}

/** Collects what an input schema, or its part at `path`, maps to headers. */
export function declarationsIn(schema: unknown, path: readonly string[]): ParamDeclaration[] {
  if (!isRecord(schema) || path.length > 16) return [];
  const name = schema['x-mcp-header'];
  const here =
    path.length > 0 && typeof name === 'string' && token.test(name) && primitive.has(String(schema.type))
      ? [{ path, header: `Mcp-Param-${name}` }]
      : [];
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  return [...here, ...properties.flatMap(([key, child]) => declarationsIn(child, [...path, key]))];
}

/**
 * Makes the headers of one call. Arguments that are absent, null or not a primitive have none.
 *
 * @example
 * paramHeaders([{ path: ['region'], header: 'Mcp-Param-Region' }], { region: 'eu' }) // ['Mcp-Param-Region', 'eu']
 */
export function paramHeaders(declarations: readonly ParamDeclaration[], args: unknown): HeaderList {
  return declarations.flatMap(({ path, header }) => {
    const value = path.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), args);
    const text = textOf(value);
    return text === undefined ? [] : [header, encodeHeaderValue(text)];
  });
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return undefined;
  return String(value);
}

const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** Encodes a value for an `Mcp-*` header, as `=?base64?…?=` if a header can't hold it. Source: MCP 2026-07-28, Streamable HTTP. */
export function encodeHeaderValue(value: string): string {
  return plain.test(value) && !value.startsWith('=?base64?')
    ? value
    : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

/** The inverse of {@link encodeHeaderValue}; undefined for invalid base64, or base64 of something other than UTF-8. */
export function decodeHeaderValue(header: string): string | undefined {
  const text = header.trim();
  if (!text.startsWith('=?base64?')) return text;
  const body = encoded.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const value = bytes.toString('utf8');
  return Buffer.from(value).equals(bytes) ? value : undefined;
}
