/**
 * Whether a form was sent by one of our own pages. Cookies alone don't prove it: browsers send them to every port of a
 * host and, in older ones, from other sites.
 */
export function isSameOrigin(headers: Headers): boolean {
  const origin = headers.get('origin');
  const host = headers.get('host');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
