import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The part of a cluster's API that Vault's Kubernetes auth method uses: token reviews.
 *
 * @param known the only service account whose token is valid.
 */
export async function openTokenReviews(known: string) {
  const api = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { spec } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { spec: { token: string } };
    const authenticated = spec.token === jwtOf(known);
    const user = {
      username: `system:serviceaccount:prod:${known}`,
      uid: 'uid',
      groups: ['system:serviceaccounts'],
    };
    const status = authenticated ? { authenticated, user } : { authenticated, error: 'unknown' };
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  return {
    url: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      api.closeAllConnections();
      api.close();
      await once(api, 'close');
    },
  };
}

/** A token as a cluster makes it; nobody here checks its signature. */
export function jwtOf(name: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { namespace: 'prod', serviceaccount: { name, uid: 'uid' } };
  const body = {
    iss: 'https://kubernetes',
    sub: `system:serviceaccount:prod:${name}`,
    'kubernetes.io': claims,
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(body)}.${Buffer.from('signature').toString('base64url')}`;
}
