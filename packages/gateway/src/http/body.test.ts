import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { readBody } from './body.ts';

const limit = 8;
const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A client on a raw socket, and the body as the server reads it. */
async function exchange(): Promise<{ socket: Socket; body: Promise<string | undefined> }> {
  const read = Promise.withResolvers<string | undefined>();
  const server = createServer((request, response) => {
    readBody(request, limit)
      .finally(() => response.end())
      .then(read.resolve, read.reject);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  open.push(
    () => socket.destroy(),
    () => server.close(),
  );
  await once(socket, 'connect');
  return { socket, body: read.promise };
}

const head = (length: number) => `POST / HTTP/1.1\r\nhost: here\r\ncontent-length: ${length}\r\n\r\n`;

it('reads a body that comes with the head', async () => {
  const { socket, body } = await exchange();
  socket.write(`${head(6)}größ`);
  await expect(body).resolves.toBe('größ');
});

it('reads a body that comes in pieces, even in the middle of a character', async () => {
  const { socket, body } = await exchange();
  const bytes = Buffer.from('größ');
  socket.write(head(6));
  socket.write(bytes.subarray(0, 3), () => socket.write(bytes.subarray(3)));
  await expect(body).resolves.toBe('größ');
});

it('reads a missing body as an empty one', async () => {
  const { socket, body } = await exchange();
  socket.write(head(0));
  await expect(body).resolves.toBe('');
});

it.each(['at once', 'in pieces'])('refuses a body over the limit, sent %s', async (how) => {
  const { socket, body } = await exchange();
  if (how === 'at once') socket.write(`${head(9)}123456789`);
  else socket.write(`${head(9)}12345`, () => socket.write('6789'));
  await expect(body).resolves.toBeUndefined();
});

it("gives up if what follows the head isn't HTTP", async () => {
  const { socket, body } = await exchange();
  socket.write('POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\nno length\r\n');
  await expect(body).rejects.toThrow('the client went away');
});

it('gives up if the client leaves before the end', async () => {
  const { socket, body } = await exchange();
  socket.write(`${head(6)}gr`);
  socket.end();
  await expect(body).rejects.toThrow('the client went away');
});
