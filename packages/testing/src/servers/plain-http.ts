import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on a free loopback port that handles every request in the same way. */
export async function openPlainHttp(
  handle: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => handle(response, request));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
