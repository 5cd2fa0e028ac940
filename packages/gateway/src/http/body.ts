import type { IncomingMessage } from 'node:http';

/** Most bytes of unfinished bodies, in total. */
const maxHeldBytes = 128 * 1024 * 1024;
let held = 0;

/**
 * Reads a request's body as UTF-8, up to `limit` bytes; undefined if it is longer, or if the bodies that are still
 * arriving leave no room for it.
 *
 * @param isHeard called once if the body hasn't arrived whole; if it returns false, the body counts as empty.
 * @throws Error if the client goes away before the body is complete.
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  isHeard: () => boolean = () => true,
): Promise<string | undefined> {
  // After this, a body that came in one piece with the head is complete and needs no events of the stream.
  await undefined;
  if (!request.complete) return isHeard() ? readRest(request, limit) : '';
  if (request.readableLength > limit) return undefined;
  const body: Buffer | null = request.read();
  return body === null ? '' : body.toString('utf8');
}

async function readRest(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.byteLength;
      held += chunk.byteLength;
      if (size > limit || held > maxHeldBytes) {
        request.resume();
        return undefined;
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw new Error('the client went away', { cause: error });
  } finally {
    held -= size;
  }
}
