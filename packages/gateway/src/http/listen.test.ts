import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { closeServer, listen } from './listen.ts';

/** In milliseconds: neither side gives up the connection by itself. */
const tenMinutes = 600_000;

/** A server that answers when it is told to. */
async function openWaiting() {
  const waiting: ServerResponse[] = [];
  const server = createServer({ keepAliveTimeout: tenMinutes }, (_, response) => void waiting.push(response));
  const port = await listen(server, '127.0.0.1', 0);
  const client = new Agent({ keepAliveTimeout: tenMinutes, keepAliveMaxTimeout: tenMinutes });
  const answer = request(`http://127.0.0.1:${port}/`, { dispatcher: client }).then(({ body }) => body.text());
  await once(server, 'request');
  return { server, client, answer, waiting };
}

test('a server closes once the last request is answered, though its client keeps the connection', async () => {
  const { server, client, answer, waiting } = await openWaiting();
  const closed = closeServer(server, 600);
  waiting[0]?.end('done');
  expect(await answer).toBe('done');
  await closed;
  await client.close();
});

test("a server cuts what isn't answered in time", async () => {
  const { server, client, answer } = await openWaiting();
  const failed = expect(answer).rejects.toThrow();
  await closeServer(server, 0.01);
  await failed;
  await client.close();
});
