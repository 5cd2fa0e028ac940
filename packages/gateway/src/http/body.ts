import type { IncomingMessage } from 'node:http';

/** Reads a request's body as UTF-8, up to `limit` bytes; undefined when there are more. */
export function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
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
    request.on('end', () =>
      resolve(
        chunks.length === 1 && chunks[0]
          ? chunks[0].toString('utf8')
          : Buffer.concat(chunks).toString('utf8'),
      ),
    );
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('the client went away')));
  });
}
