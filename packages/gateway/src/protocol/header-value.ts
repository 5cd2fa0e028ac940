const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** Writes a value for an `Mcp-*` header; what a header can't carry goes as `=?base64?…?=`. Source: MCP 2026-07-28, Streamable HTTP. */
export function encodeHeaderValue(value: string): string {
  return plain.test(value) && !value.startsWith('=?base64?')
    ? value
    : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

/** The inverse of {@link encodeHeaderValue}; undefined for base64 that isn't UTF-8 or isn't base64. */
export function decodeHeaderValue(header: string): string | undefined {
  const text = header.trim();
  if (!text.startsWith('=?base64?')) return text;
  const body = encoded.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const value = bytes.toString('utf8');
  return Buffer.from(value).equals(bytes) ? value : undefined;
}
