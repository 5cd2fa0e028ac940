import { isolationHeader, signedContent, signIsolation } from '../../bridge/signature.ts';
import type { Endpoint } from './endpoint.ts';

/** Header of the era that has sessions. */
const sessionHeader = 'mcp-session-id';

/** The endpoint of a bridge as one isolation key uses it: each request carries the key, signed. */
export function signedEndpoint(endpoint: Endpoint, secret: Uint8Array, key: string): Endpoint {
  return {
    ...endpoint,
    bridged: true,
    send: async (request) => {
      const { method, headers, body = '' } = request;
      const at = headers.indexOf(sessionHeader);
      const content = signedContent(method, at === -1 ? undefined : headers[at + 1], body);
      const signature = signIsolation(secret, key, content, Date.now() / 1000);
      return endpoint.send({ ...request, headers: [...headers, isolationHeader, signature] });
    },
  };
}
