import { isRecord } from '@lockstep/model/internal';
import { excerpt } from '../../kernel/redaction.ts';
import { isolationHeader, signedContent, signIsolation } from '../../protocol/bridge-contract.ts';
import { UpstreamError } from '../transport/transport.ts';
import type { Endpoint } from './endpoint.ts';
import { parseMessage } from './read-reply.ts';

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
      const reply = await endpoint.send({ ...request, headers: [...headers, isolationHeader, signature] });
      if (reply.status === 401) throw new UpstreamError('unavailable', refusalIn(reply.text));
      return reply;
    },
  };
}

/** Other servers may say anything with a 401; a bridge says what is wrong with the signature. */
function refusalIn(text: string): string {
  const error = parseMessage(text)?.error;
  const said = isRecord(error) && typeof error.message === 'string' ? error.message : 'it gives no reason';
  return `its bridge refuses the gateway: ${excerpt(said, 200)}`;
}
