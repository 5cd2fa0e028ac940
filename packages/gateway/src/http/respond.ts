import type { ServerResponse } from 'node:http';
import { errorCode } from '../protocol/json-rpc.ts';

/** Headers of every answer, for browsers and caches. */
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

/** Answers something that never became a request. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  const error = { code: errorCode.invalidRequest, message };
  sendJson(response, status, { jsonrpc: '2.0', id: null, error }, headers);
}

/** Most unread bytes on a stream; beyond them, the notifications to a slow reader are dropped. */
export const maxUnread = 1024 * 1024;

/** Milliseconds between the comments that keep proxies from cutting a quiet stream. */
const keepAliveMs = 15_000;

/** One JSON-RPC message as a server-sent event. */
export function sseText(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/** Keeps a quiet stream open until it closes. */
export function keepOpen(response: ServerResponse): void {
  const timer = setInterval(() => {
    if (!response.writableEnded) response.write(': still here\n\n');
  }, keepAliveMs);
  response.once('close', () => clearInterval(timer));
}
