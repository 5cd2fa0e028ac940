import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a reader who doesn't read. It can do without the notifications that are dropped then. */
export const mostUnread = 1024 * 1024;

/** Milliseconds between comments that keep a quiet stream from being cut by what lies between. */
const keepAlive = 15_000;

/** One JSON-RPC message, as an event. */
export function eventText(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/** Keeps a stream from being taken for dead, until it closes. */
export function keepOpen(response: ServerResponse): void {
  const timer = setInterval(() => {
    if (!response.writableEnded) response.write(': still here\n\n');
  }, keepAlive);
  response.once('close', () => clearInterval(timer));
}
