import type { Secrets } from '@lockstep/model/internal';
import type { HeaderList } from '../../protocol/mcp-headers.ts';
import { waitFor } from '../resilience/waiting.ts';
import type { DispatchOptions, HttpReply } from './dispatch.ts';

/** Longest time in seconds that a request waits for a credential; after that it is not sent. */
const maxWaitSeconds = 30;

/** The headers that sign the gateway in to one server. They change while it runs. */
export interface Credentials {
  /** The headers in force; a promise only if they must be read first. @throws UpstreamError if there are none. */
  headers(): HeaderList | Promise<HeaderList>;
  /** Reads them again because the server refused `used`; undefined if they have not changed. */
  renewed(used: HeaderList): Promise<HeaderList | undefined>;
  close(): void;
}

/** Provides the credentials of servers. */
export interface CredentialStore {
  /**
   * Opens the credentials of one server and keeps them fresh until they are closed.
   *
   * @param secrets returns the server's current declarations; deliveries other than headers are ignored.
   * @param hide is called with every value before its first use.
   */
  open(server: string, secrets: () => Secrets, hide: (values: Iterable<string>) => void): Credentials;
}

/** The options of a request that matter here. */
type Waiting = Pick<DispatchOptions, 'signal' | 'timeoutSeconds'> & {
  /** Called before a request is sent again; throws to prevent that. */
  readonly beforeResend?: (() => void) | undefined;
};

/**
 * Sends a request with credentials. A 401 means that the server did not accept the request, so if there are newer
 * credentials it is sent a second time, but never a third.
 *
 * @throws UpstreamError
 */
export function sendSignedIn(
  credentials: Credentials,
  waiting: Waiting,
  send: (headers: HeaderList) => Promise<HttpReply>,
): Promise<HttpReply> {
  const found = credentials.headers();
  // If no credentials are declared, a 401 is final.
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
  const newer = await waitFor(credentials.renewed(used), signal, seconds, late);
  if (newer === undefined) return reply;
  beforeResend?.();
  return send(newer);
}
