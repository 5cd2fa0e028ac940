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
/** The notifications of servers that reach a waiting client; all others are for the gateway. */
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
  // The pipeline refuses such a caller anyway, so there is no need to wait for the body.
  const isHeard = () => mayEnter(request, context);
  const body = verb === 'POST' ? await readBody(request, limits.body, isHeard) : '';
  if (body === undefined) {
    const message = `The body is over ${limits.body} bytes, or too many bodies arrive at once; send less, or try again later.`;
    return sendError(response, 413, message, { connection: 'close' });
  }
  // Read only now, so that a slow body isn't judged by an older policy.
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

/** Asks what the pipeline asks first; the pipeline asks again once the body is there. */
function mayEnter({ headers, socket }: IncomingMessage, context: GatewayContext): boolean {
  if (refuseHost(headers, context.allowedHosts()) !== undefined) return false;
  const received = { headers, remoteAddress: socket.remoteAddress ?? '' };
  return !('refused' in signIn(received, context.checkToken, context.localUser?.()));
}

/** Writes the response: one JSON document, or a stream if something has to be sent before the answer. */
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
      // ASCII text is the same in both encodings, so it is written as it is.
      response.end(text, length === text.length ? 'latin1' : 'utf8');
    },
  };
}

/** A server's notification as JSON; undefined if it nests too deeply for JSON. */
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
