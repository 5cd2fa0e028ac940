import { isRecord } from '@lockstep/model/internal';
import { excerpt } from '../../kernel/redaction.ts';
import { parseExact } from '../../protocol/exact-json.ts';
import { readAnswer } from '../transport/server-messages.ts';
import { type UpstreamAnswer, UpstreamError } from '../transport/transport.ts';
import type { HttpReply } from './http-request.ts';

/**
 * Reads the answer to request `id` out of a response that is no stream.
 *
 * @throws UpstreamError when it holds none. A client error (4xx) or redirect means that nothing was done.
 */
export function readReply(reply: HttpReply, id: number): UpstreamAnswer {
  const message = parseMessage(reply.text);
  const answer = message?.id === id ? readAnswer(message) : undefined;
  if (answer !== undefined && (reply.status === 200 || 'error' in answer)) return answer;
  if (reply.status >= 200 && reply.status < 300) {
    throw new UpstreamError('invalid', 'its answer is not the JSON-RPC answer to what it was asked', true);
  }
  throw httpFailure(reply, message);
}

/** The server answered with an HTTP status that is no success. */
export class HttpFailure extends UpstreamError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(status < 400 ? 'invalid' : 'unavailable', message, status >= 500);
    this.name = 'HttpFailure';
    this.status = status;
  }
}

function httpFailure(
  { status, headers }: HttpReply,
  message: Readonly<Record<string, unknown>> | undefined,
): HttpFailure {
  if (status >= 300 && status < 400) {
    const target = excerpt(headers.location ?? 'nowhere', 200);
    return new HttpFailure(
      status,
      `it redirects to ${target}, which is not followed: put the final address into \`remote.url\``,
    );
  }
  if (status === 401 || status === 403) {
    return new HttpFailure(status, `it refuses the gateway's credentials with HTTP ${status}`);
  }
  const said =
    isRecord(message?.error) && typeof message.error.message === 'string' ? message.error.message : '';
  const words = said === '' ? '' : `: ${excerpt(said, 200)}`;
  return new HttpFailure(status, `it answered HTTP ${status}${words}`);
}

/** Parses one JSON-RPC message; undefined when it is none. */
export function parseMessage(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text === '') return undefined;
  try {
    const value = parseExact(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
