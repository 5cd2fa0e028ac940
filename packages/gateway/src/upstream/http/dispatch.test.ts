import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openEndpoint } from './endpoint.ts';

const server = createServer();
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("doesn't keep an endless body in place of a stream of events", async () => {
  server.on('request', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const endpoint = openEndpoint(url, 1_000_000);
  const reply = endpoint.send({
    ...{ method: 'GET' as const, headers: [], signal: new AbortController().signal },
    timeoutSeconds: Number.POSITIVE_INFINITY,
    onEvent: () => false,
  });
  await expect(reply).rejects.toThrow('its answer is over the limit of 1000000 bytes');
  await endpoint.close();
});
