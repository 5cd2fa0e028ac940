import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body as UTF-8, up to `limit` bytes; undefined when there are more.
 *
 * @throws Error when the client goes away before all of it has come.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  // What came in one piece with the head is all here after this, and needs none of a stream's events.
  await undefined;
  if (!request.complete) return readRest(request, limit);
  if (request.readableLength > limit) return undefined;
  const body: Buffer | null = request.read();
  return body === null ? '' : body.toString('utf8');
}

function readRest(request: IncomingMessage, limit: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= limit) chunks.push(chunk);
      else {
        request.removeAllListeners('data');
        request.resume();
        resolve(undefined);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('the client went away')));
  });
}
