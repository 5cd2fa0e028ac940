import type { Secrets } from '@lockstep/model/internal';
import type { HeaderList } from '../../protocol/mcp-headers.ts';
import { waitFor } from '../resilience/waiting.ts';
import type { DispatchOptions, HttpReply } from './dispatch.ts';

/** Seconds that a request waits for a credential at most, before it is not sent. */
const maxWaitSeconds = 30;

/** The headers that sign the gateway in to one server; they change while it runs. */
export interface Credentials {
  /** What is in force now; a promise only where it must be read first. @throws UpstreamError when there is none. */
  headers(): HeaderList | Promise<HeaderList>;
  /** Reads them anew since the server refused `used`; undefined where that brought nothing else. */
  renewed(used: HeaderList): Promise<HeaderList | undefined>;
  close(): void;
}

/** Where the credentials of servers come from. */
export interface CredentialStore {
  /**
   * The credentials of one server, kept fresh until they are closed.
   *
   * @param secrets what it declares at each moment; other deliveries than headers are left out.
   * @param hide is given every value before it is used.
   */
  open(server: string, secrets: () => Secrets, hide: (values: Iterable<string>) => void): Credentials;
}

/** What of a request matters here. */
type Waiting = Pick<DispatchOptions, 'signal' | 'timeoutSeconds'> & {
  /** Called before the request goes out a second time; throws to hold it back. */
  readonly beforeResend?: (() => void) | undefined;
};

/**
 * Sends a request with credentials. A 401 says that the server did not take it, so where newer credentials are to be
 * had it is sent a second time, and never a third.
 *
 * @throws UpstreamError
 */
export function sendSignedIn(
  credentials: Credentials,
  waiting: Waiting,
  send: (headers: HeaderList) => Promise<HttpReply>,
): Promise<HttpReply> {
  const found = credentials.headers();
  // Where nothing is declared, a 401 is final.
  if (!(found instanceof Promise) && found.length === 0) return send(found);
  return sendRenewing(credentials, found, waiting, send);
}

async function sendRenewing(
  credentials: Credentials,
  found: HeaderList | Promise<HeaderList>,
  { signal, timeoutSeconds, beforeResend }: Waiting,
  send: (headers: HeaderList) => Promise<HttpReply>,
): Promise<HttpReply> {
  const seconds = Math.min(timeoutSeconds, maxWaitSeconds);
  const late = `its secrets could not be read within ${seconds} s`;
  const used = found instanceof Promise ? await waitFor(found, signal, seconds, late) : found;
  const reply = await send(used);
  if (reply.status !== 401 || reply.streamed) return reply;
  const anew = await waitFor(credentials.renewed(used), signal, seconds, late);
  if (anew === undefined) return reply;
  beforeResend?.();
  return send(anew);
}
