import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { messageOf } from '../kernel/errors.ts';
import {
  endedNotice,
  isolationHeader,
  readClaim,
  signedContent,
  verifyIsolation,
} from '../protocol/bridge-contract.ts';
import { legacyVersions } from '../protocol/era.ts';
import { parseExact } from '../protocol/exact-json.ts';
import { type Message, type RequestId, readMessage } from '../protocol/json-rpc.ts';
import { UpstreamError } from '../upstream/transport/transport.ts';
import type { BridgeSession, BridgeSessions } from './bridge-sessions.ts';
import type { Replays } from './replays.ts';
import { eventStream, sendFailure } from './reply.ts';

/** Most bytes of a request: the largest limit that a gateway can have, and what the gateway adds. */
const maxBodyBytes = 65 * 1024 * 1024;
/** Seconds that a call may take here: the largest timeout of a definition. The gateway gives up earlier. */
const maxCallSeconds = 86_400;

export interface ServeOptions {
  /** Shared with the gateway. */
  readonly secret: Uint8Array;
  readonly replays: Replays;
  readonly sessions: BridgeSessions;
  /** Called with the reason why a request was refused, and where it came from. */
  readonly onRefused: (reason: string, from: string | undefined) => void;
}

/**
 * Serves one request of the gateway in the era that has sessions. A session is a process. If the process is gone, the
 * gateway is told so, and checks the next process before it sends anything there. Requests without a valid signature
 * are refused.
 */
export async function relayMcp(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const { method: verb = '', headers } = request;
  if (verb !== 'POST' && verb !== 'GET' && verb !== 'DELETE') {
    return sendFailure(response, 405, 'Use POST, GET or DELETE here.');
  }
  const id = headers['mcp-session-id'];
  const sessionId = typeof id === 'string' ? id : undefined;
  // Checked first, so that no body is read for a caller without a signature.
  const claim = readClaim(headers[isolationHeader], now());
  if ('refused' in claim) return refuse(response, claim.refused, options);
  const body = verb === 'POST' ? await readBody(request, maxBodyBytes) : '';
  if (body === undefined) return sendFailure(response, 413, `The body is over ${maxBodyBytes} bytes.`);
  const isolation = verifyIsolation(
    options.secret,
    headers[isolationHeader],
    signedContent(verb, sessionId, body),
    now(),
  );
  if ('refused' in isolation) return refuse(response, isolation.refused, options);
  if (!options.replays.isNew(isolation.signature, now())) {
    return refuse(response, 'its signature was used before', options);
  }
  const session = sessionId === undefined ? undefined : options.sessions.find(sessionId, isolation.key);
  if (verb === 'POST') return take(body, { response, session, sessionId, key: isolation.key, options });
  if (session === undefined) return noSession(response, sessionId);
  if (verb === 'GET') return follow(session, response);
  void options.sessions.end(session);
  response.writeHead(204).end();
}

interface Turn {
  readonly response: ServerResponse;
  readonly session: BridgeSession | undefined;
  readonly sessionId: string | undefined;
  readonly key: string;
  readonly options: ServeOptions;
}

async function take(body: string, turn: Turn): Promise<void> {
  const { response, session, sessionId } = turn;
  const message = readText(body);
  if (typeof message === 'string') return sendFailure(response, 400, message);
  const { id, method, params } = message;
  if (id === undefined) {
    if (method === 'notifications/cancelled') session?.cancel(params.requestId as RequestId);
    response.writeHead(202).end();
    return;
  }
  if (method === 'initialize') return begin(id, turn);
  if (session === undefined) return noSession(response, sessionId);
  return call(session, { ...message, id }, response);
}

/** Starts a process and returns what its server says about itself. */
async function begin(id: RequestId, { response, key, options }: Turn): Promise<void> {
  const gone = new AbortController();
  onGone(response, () => gone.abort());
  try {
    const session = await options.sessions.open(key, gone.signal);
    const { capabilities, serverInfo, instructions } = session.transport.facts;
    const result = {
      protocolVersion: legacyVersions[0],
      capabilities,
      serverInfo,
      ...(instructions !== null && { instructions }),
    };
    sendJson(response, 200, { jsonrpc: '2.0', id, result }, { 'mcp-session-id': session.id });
  } catch (error) {
    const busy = error instanceof UpstreamError && error.code === 'busy';
    sendFailure(response, busy ? 429 : 503, messageOf(error));
  }
}

/** Relays one request, and what the server says about it before the answer. */
async function call(
  session: BridgeSession,
  { id, method, params }: Message & { readonly id: RequestId },
  response: ServerResponse,
): Promise<void> {
  if (session.has(id)) return sendFailure(response, 400, 'A request with that `id` is already in flight.');
  const events = eventStream(response);
  onGone(response, () => session.cancel(id));
  try {
    const options = { timeoutSeconds: maxCallSeconds, onNotification: events.notify };
    const answer = await session.call(id, { method, params }, options);
    if (!events.begun()) return sendJson(response, 200, { jsonrpc: '2.0', id, ...answer });
    events.send({ id, ...answer });
  } catch (error) {
    if (!events.begun()) return sendFailure(response, statusOf(error), messageOf(error));
  }
  response.end();
}

/**
 * A client error tells the gateway that the server can't have acted; any other error, that it may have. 404 says that
 * the process is gone, so the request may be sent to the next one.
 */
function statusOf(error: unknown): number {
  if (!(error instanceof UpstreamError)) return 502;
  if (error.sent) return error.code === 'timeout' ? 504 : 502;
  return error.code === 'busy' ? 429 : 404;
}

/** Reports list changes and the end of the process for as long as the gateway listens. */
function follow(session: BridgeSession, response: ServerResponse): void {
  const events = eventStream(response);
  events.begin();
  const follower = {
    onListChanged: () => events.notify({ method: 'notifications/tools/list_changed' }),
    onOver: (reason: string | undefined) => {
      if (reason !== undefined) events.send(endedNotice(reason));
      response.end();
    },
  };
  session.followers.add(follower);
  response.once('close', () => session.followers.delete(follower));
}

function readText(body: string): Message | string {
  try {
    return readMessage(parseExact(body));
  } catch {
    return 'The body is not JSON.';
  }
}

function noSession(response: ServerResponse, sessionId: string | undefined): void {
  if (sessionId === undefined) sendFailure(response, 400, 'Begin with `initialize`.');
  else sendFailure(response, 404, 'The process of this session has ended; begin with `initialize`.');
}

function refuse(response: ServerResponse, reason: string, { onRefused }: ServeOptions): void {
  onRefused(reason, response.req.socket.remoteAddress);
  response.shouldKeepAlive = false;
  sendFailure(response, 401, reason);
}

/** Calls the listener if the connection closes before the answer, when nobody waits any longer. */
function onGone(response: ServerResponse, listener: () => void): void {
  response.once('close', () => {
    if (!response.writableFinished) listener();
  });
}

function now(): number {
  return Date.now() / 1000;
}
