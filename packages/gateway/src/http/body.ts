import type { IncomingMessage } from 'node:http';

/** Bytes of bodies that aren't whole yet, in all. */
const maxHeldBytes = 128 * 1024 * 1024;
let held = 0;

/**
 * Reads a request's body as UTF-8, up to `limit` bytes; undefined when there are more, or no room for them among the
 * bodies that are still arriving.
 *
 * @param isHeard asked once, when there is more to wait for; where it says no, the body counts as empty.
 * @throws Error when the client goes away before all of it has come.
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  isHeard: () => boolean = () => true,
): Promise<string | undefined> {
  // What came in one piece with the head is all here after this, and needs none of a stream's events.
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
