/**
 * On the endpoint of all servers a URI names its server: `files+file:///notes.txt`. A scheme may contain `+`, and
 * server names are valid in a scheme. Source: RFC 3986, 3.1.
 */
export function composeUri(server: string, uri: string): string {
  return `${server}+${uri}`;
}

/** The inverse of {@link composeUri}. */
export function splitUri(composed: string): { server: string; uri: string } | undefined {
  const at = composed.indexOf('+');
  return at <= 0 ? undefined : { server: composed.slice(0, at), uri: composed.slice(at + 1) };
}

/** Characters that URI parsers drop, trim, or read as a slash. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for these characters.
const dropped = /[\u0000-\u001f\u007f\\]|^\s|\s$/;
/** Letters, digits and `-._~`, percent-encoded. Source: RFC 3986, 2.3. */
const needlesslyEncoded = /%(2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i;
const capitalScheme = /^[^:/?#]*[A-Z][^:/?#]*:/;

/**
 * Says, as a clause, how a URI differs from its normal form. Rules would see another URI than the server does.
 * Undefined if it doesn't differ.
 *
 * @example
 * oddityOf('file:///%73ecret'); // 'encodes characters that need no encoding'
 */
export function oddityOf(uri: string): string | undefined {
  if (hasDotSegments(uri)) return 'has a `.` or `..` segment';
  if (dropped.test(uri)) return 'has a backslash, a control character or outer white space';
  if (needlesslyEncoded.test(uri)) return 'encodes characters that need no encoding';
  return capitalScheme.test(uri) ? 'has capitals in its scheme' : undefined;
}

/** Whether a URI has a `.` or `..` segment, encoded or not: rules would see another path than the server does. */
function hasDotSegments(uri: string): boolean {
  return /(^|[/\\:])(\.|%2e){1,2}([/\\?#]|$)/i.test(uri.replaceAll(/%2f|%5c/gi, '/'));
}
