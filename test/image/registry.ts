import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A registry on loopback that accepts pushes and keeps them in memory. */
export interface Registry extends AsyncDisposable {
  /** Host and port. */
  readonly host: string;
  /** The digests of pushed manifests, by `name:tag`. */
  readonly pushed: ReadonlyMap<string, string>;
}

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Serves the part of the OCI distribution protocol that a push needs. */
export async function openRegistry(): Promise<Registry> {
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const pushed = new Map<string, string>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry');
    const body = await buffer(request);
    const end = (status: number, headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end();
    const blob = /\/blobs\/(sha256:\w+)$/.exec(pathname)?.[1];
    const manifest = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname);
    if (pathname === '/v2/') return void end(200);
    if (blob !== undefined) return void end(blobs.has(blob) ? 200 : 404);
    if (manifest !== null && request.method === 'PUT') {
      const digest = digestOf(body);
      pushed.set(`${manifest[1]}:${manifest[2]}`, digest);
      return void end(201, { 'docker-content-digest': digest });
    }
    if (!pathname.includes('/blobs/uploads/')) return void end(404);
    const id = request.method === 'POST' ? `${uploads.size}` : (pathname.split('/').at(-1) ?? '');
    const parts = [...(uploads.get(id) ?? []), body];
    uploads.set(id, parts);
    const expected = searchParams.get('digest');
    const location = `${pathname.replace(/[^/]*$/, '')}${id}`;
    if (expected === null) {
      const size = parts.reduce((sum, { length }) => sum + length, 0);
      return void end(202, { location, range: `0-${Math.max(0, size - 1)}`, 'docker-upload-uuid': id });
    }
    const whole = Buffer.concat(parts);
    if (digestOf(whole) !== expected) return void end(400);
    blobs.set(expected, whole);
    end(201, { location, 'docker-content-digest': expected });
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushed,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
