import { lstat, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { AdminApp } from './app.ts';

/** The longest path in bytes that every system accepts for a socket. */
const maxPathBytes = 103;

/** A socket that is being served. */
interface ServedSocket {
  readonly path: string;
  /** Closes it and removes its file. */
  close(): Promise<void>;
}

/**
 * Serves the admin API on a Unix socket that only this account may open (mode 0600). Whoever can open it is the
 * operator. A socket that a dead process has left behind is replaced.
 *
 * @throws Error in one sentence if another gateway answers there, or if the path can't be a socket's.
 */
export async function serveSocket(app: AdminApp, path: string): Promise<ServedSocket> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new Error(
      `The socket's path ${path} is over ${maxPathBytes} bytes; choose a state folder with a shorter path.`,
    );
  }
  await makeRoom(path);
  const server = createServer(socketListener(app));
  await listenPrivately(server, path);
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        // Node removes the socket's file when it closes the server.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function socketListener(app: AdminApp): RequestListener {
  return getRequestListener((request) => app.fetch(request, { onSocket: true }), {
    overrideGlobalObjects: false,
  });
}

async function makeRoom(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} isn't a socket, but must be one; move it elsewhere.`);
  if (await answers(path)) {
    throw new Error(
      `Another gateway runs on this state folder (it answers at ${path}); stop it, or choose another state folder.`,
    );
  }
  await rm(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(new Error(`${path} can't be opened (${error.code ?? error.message}); check who owns it.`));
    });
  });
}

/** Creates the socket with its final mode, so there is no moment in which others may open it. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    const before = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
  });
}
