import { UpstreamError } from '../answer.ts';
import { ConversationOver } from '../connection.ts';

/** What the codes of Node and undici mean, as clauses. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be looked up',
  EHOSTUNREACH: "its host can't be reached",
  ENETUNREACH: "its network can't be reached",
  UND_ERR_CONNECT_TIMEOUT: 'it accepts no connections',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  EPIPE: 'it closed the connection',
};

/**
 * Tells what became of a request whose connection failed: before it was written, the server can't have acted on it;
 * afterwards nobody knows.
 */
export function failureOf(error: Error, written: boolean): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const cause = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const meaning = meanings[code] ?? `the connection failed: ${cause.message}`;
  return written ? new UpstreamError('lost', meaning, true) : new ConversationOver(meaning, false);
}
