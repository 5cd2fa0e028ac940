import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { clientAddress, closeServer, listen } from './listen.ts';

/** Milliseconds: long enough that neither side closes the connection by itself. */
const tenMinutes = 600_000;

/** A server that answers on command. */
async function openWaiting() {
  const waiting: ServerResponse[] = [];
  const server = createServer({ keepAliveTimeout: tenMinutes }, (_, response) => void waiting.push(response));
  const port = await listen(server, '127.0.0.1', 0);
  const client = new Agent({ keepAliveTimeout: tenMinutes, keepAliveMaxTimeout: tenMinutes });
  const answer = request(`http://127.0.0.1:${port}/`, { dispatcher: client }).then(({ body }) => body.text());
  await once(server, 'request');
  return { server, client, answer, waiting };
}

test('a server closes after its last answer, even if the client keeps the connection', async () => {
  const { server, client, answer, waiting } = await openWaiting();
  const closed = closeServer(server, 600);
  waiting[0]?.end('done');
  expect(await answer).toBe('done');
  await closed;
  await client.close();
});

test('a server cuts off requests that are not answered in time', async () => {
  const { server, client, answer } = await openWaiting();
  const failed = expect(answer).rejects.toThrow();
  await closeServer(server, 0.01);
  await failed;
  await client.close();
});

test.each([
  ['127.0.0.1', [], 'http://127.0.0.1:7411'],
  ['2001:db8::1', [], 'http://[2001:db8::1]:7411'],
  ['192.0.2.10', ['mcp.example.com'], 'http://192.0.2.10:7411'],
  ['0.0.0.0', [], 'http://127.0.0.1:7411'],
  ['::', [], 'http://[::1]:7411'],
  ['0.0.0.0', ['mcp.example.com', 'other'], 'http://mcp.example.com:7411'],
  ['0.0.0.0', ['mcp.example.com:8080'], 'http://mcp.example.com:8080'],
  ['::', ['2001:db8::1'], 'http://[2001:db8::1]:7411'],
  ['::', ['[2001:db8::1]:8080'], 'http://[2001:db8::1]:8080'],
])('listening on %s with %j allowed, clients use %s', (host, allowed, address) => {
  expect(clientAddress(host, 7411, allowed)).toBe(address);
});
