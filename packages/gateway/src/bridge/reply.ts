import type { ServerResponse } from 'node:http';
import { keepOpen, maxUnread, plainHeaders, sendJson, sseText } from '../http/respond.ts';
import { errorCode } from '../protocol/json-rpc.ts';

/** Answers a request that got no answer of the server; `message` says why. */
export function sendFailure(response: ServerResponse, status: number, message: string): void {
  const error = { code: errorCode.serverError, message };
  sendJson(response, status, { jsonrpc: '2.0', id: null, error });
}

/** A stream of JSON-RPC messages, which begins with the first one. */
interface EventStream {
  /** Whether anything was sent, after which no status can be sent. */
  begun(): boolean;
  begin(): void;
  send(message: object): void;
  /** Sends an optional message, unless too much is waiting already. */
  notify(message: object): void;
}

export function eventStream(response: ServerResponse): EventStream {
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/event-stream', ...plainHeaders });
    response.flushHeaders();
    keepOpen(response);
  };
  const send = (message: object) => {
    if (response.writableEnded || response.destroyed) return;
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    begin();
    response.write(sseText(text));
  };
  return {
    begun: () => response.headersSent,
    begin,
    send,
    notify: (message) => {
      if (response.writableLength <= maxUnread) send(message);
    },
  };
}
