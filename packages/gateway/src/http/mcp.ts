import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseHost } from '../identity/host-guard.ts';
import { signIn } from '../identity/sign-in.ts';
import { CallAbort } from '../kernel/call-signal.ts';
import type { GatewayContext } from '../pipeline/context.ts';
import type { Answer, Received, Stream } from '../pipeline/exchange.ts';
import { handle } from '../pipeline/pipeline.ts';
import { RequestRecord } from '../pipeline/request-record.ts';
import { answerText } from '../protocol/json-rpc.ts';
import { withoutOwnMeta } from '../protocol/own-meta.ts';
import { readBody } from './body.ts';
import { keepOpen, maxUnread, plainHeaders, sendError, sseText } from './respond.ts';

const verbs = ['POST', 'GET', 'DELETE'] as const;
/** What servers may tell a client while it waits; everything else they say is for the gateway. */
const passedOn = new Set(['notifications/progress', 'notifications/message']);

/** Serves one request to `/mcp` (all servers) or `/mcp/<server>`, from bytes to bytes. */
export async function serveMcp(
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: string | undefined,
  context: GatewayContext,
): Promise<void> {
  const { limits } = context.policy().config.settings;
  const verb = verbs.find((known) => known === request.method);
  if (verb === undefined)
    return sendError(response, 405, 'Use POST, GET or DELETE here.', { allow: verbs.join(', ') });
  if (verb === 'POST' && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return sendError(response, 415, 'Send `content-type: application/json`.');
  }
  // Whoever isn't let in is refused by the pipeline all the same, and needn't be waited for before.
  const isHeard = () => mayEnter(request, context);
  const body = verb === 'POST' ? await readBody(request, limits.body, isHeard) : '';
  if (body === undefined) {
    const message = `The body is over ${limits.body} bytes, or too many arrive at once; send less, or later.`;
    return sendError(response, 413, message, { connection: 'close' });
  }
  // Only now: whoever holds a body back must not be decided about by what was in force before.
  const policy = context.policy();
  const signal = new CallAbort();
  response.once('close', () => {
    if (!response.writableFinished) signal.abort();
  });
  const wire = createWire(request, response);
  const received: Received = {
    verb,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress ?? '',
    body,
    endpoint,
    policy,
    signal,
    notify: wire.notify,
    record: new RequestRecord(policy),
  };
  const answer = await handle(received, context);
  wire.finish(answer, received.record.id);
}

/** What the pipeline asks first, and again once the body is there. */
function mayEnter({ headers, socket }: IncomingMessage, context: GatewayContext): boolean {
  if (refuseHost(headers, context.allowedHosts()) !== undefined) return false;
  const received = { headers, remoteAddress: socket.remoteAddress ?? '' };
  return !('refused' in signIn(received, context.checkToken, context.localUser?.()));
}

/** The response side: one JSON document, unless something was to be told before the answer. */
function createWire(request: IncomingMessage, response: ServerResponse) {
  const takesEvents = String(request.headers.accept ?? '').includes('text/event-stream');
  let streaming = false;
  const write = (text: string) => response.write(sseText(text));
  const event = (message: object) => write(JSON.stringify(message));
  const begin = () => {
    streaming = true;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  };
  return {
    notify(notification: { method: string; params?: Record<string, unknown> }): void {
      if (!takesEvents || response.writableEnded || !passedOn.has(notification.method)) return;
      if (response.writableLength > maxUnread) return;
      const { method, params } = notification;
      const text = written({ jsonrpc: '2.0', method, ...(params && { params }) });
      if (text === undefined) return;
      if (!streaming) begin();
      write(text);
    },
    finish(answer: Answer, id: string | number | undefined): void {
      if (response.destroyed) return;
      if ('stream' in answer) {
        openStream(response, answer.stream, begin, event);
        return;
      }
      if (answer.reply === undefined) {
        response.writeHead(answer.status, answer.headers).end();
        return;
      }
      const text = answerText(id, answer.reply);
      if (streaming) {
        write(text);
        response.end();
        return;
      }
      const length = Buffer.byteLength(text);
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        ...plainHeaders,
        'content-length': length,
        ...answer.headers,
      });
      // ASCII is the same in both, and is written as it is.
      response.end(text, length === text.length ? 'latin1' : 'utf8');
    },
  };
}

/** A server's notification as JSON; undefined for one that nests deeper than JSON can be written. */
function written(notification: object): string | undefined {
  try {
    const text = JSON.stringify(notification);
    const theirs = withoutOwnMeta(notification, text);
    return theirs === notification ? text : JSON.stringify(theirs);
  } catch {
    return undefined;
  }
}

function openStream(
  response: ServerResponse,
  stream: Stream,
  begin: () => void,
  event: (message: object) => void,
): void {
  begin();
  response.flushHeaders();
  keepOpen(response);
  const onClosed = stream.open(event, () => response.end());
  response.once('close', onClosed);
}
