/**
 * On the endpoint of all servers a URI says whose it is: `files+file:///notes.txt`. A scheme may hold `+`, and
 * server names are valid in one. Source: RFC 3986, 3.1.
 */
export function composeUri(server: string, uri: string): string {
  return `${server}+${uri}`;
}

/** The inverse of {@link composeUri}. */
export function splitUri(composed: string): { server: string; uri: string } | undefined {
  const at = composed.indexOf('+');
  return at <= 0 ? undefined : { server: composed.slice(0, at), uri: composed.slice(at + 1) };
}

/** Whether a URI has a `.` or `..` segment, encoded or not: rules would see another path than the server takes. */
export function hasDotSegments(uri: string): boolean {
  return /(^|[/\\:])(\.|%2e){1,2}([/\\?#]|$)/i.test(uri.replaceAll(/%2f|%5c/gi, '/'));
}
