import type { ServerResponse } from 'node:http';
import { errorCode } from '../protocol/json-rpc.ts';

/** What every answer says to browsers and caches. */
export const plainHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Answers with one JSON document. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  more: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...plainHeaders, ...more }).end(text);
}

/** An answer to what never became a request. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  const error = { code: errorCode.invalidRequest, message };
  sendJson(response, status, { jsonrpc: '2.0', id: null, error }, headers);
}

/** Bytes that may wait for a reader who doesn't read. It can do without the notifications that are dropped then. */
export const maxUnread = 1024 * 1024;

/** Milliseconds between comments that keep a quiet stream from being cut by what lies between. */
const keepAliveMs = 15_000;

/** One JSON-RPC message, as an event. */
export function sseText(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/** Keeps a stream from being taken for dead, until it closes. */
export function keepOpen(response: ServerResponse): void {
  const timer = setInterval(() => {
    if (!response.writableEnded) response.write(': still here\n\n');
  }, keepAliveMs);
  response.once('close', () => clearInterval(timer));
}
