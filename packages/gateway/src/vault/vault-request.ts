import { isRecord } from '@lockstep/model/internal';
import { type Dispatcher, request } from 'undici';

/** Seconds for one request, including its answer. */
const timeoutSeconds = 10;
/** Most bytes of an answer; Vault's own limit for a stored value is lower. */
const maxAnswerBytes = 2 * 1024 * 1024;

/** One request to Vault's API. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** The path below `/v1/`: `auth/kubernetes/login`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

export interface VaultReply {
  readonly status: number;
  /** Empty if the answer isn't JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What all requests to one server have in common. */
interface VaultConnection {
  readonly address: string;
  readonly namespace?: string | undefined;
  readonly dispatcher: Dispatcher;
  /** Aborted when nobody needs the answers any longer. */
  readonly closed: AbortSignal;
}

/**
 * Sends one request. Follows a standby node's redirect once, even to another host, but never to another scheme or path,
 * since the token goes along.
 *
 * @throws VaultError if there is no usable answer.
 */
export async function requestVault(connection: VaultConnection, asked: VaultRequest): Promise<VaultReply> {
  const { address } = connection;
  const path = asked.path.split('/').map(encodeURIComponent).join('/');
  const url = new URL(`${address.replace(/\/+$/, '')}/v1/${path}`);
  const first = await sendOnce(connection, asked, url);
  if (first.status !== 307) return settle(connection, first);
  const second = await sendOnce(connection, asked, redirectOf(connection, url, first.headers.location));
  if (second.status === 307)
    throw new VaultError('away', `Vault at ${address} redirects in a circle; correct its nodes' api_addr`);
  return settle(connection, second);
}

interface RawReply extends VaultReply {
  readonly headers: Dispatcher.ResponseData['headers'];
}

async function sendOnce(
  { address, namespace, dispatcher, closed }: VaultConnection,
  { method, token, body }: VaultRequest,
  url: URL,
): Promise<RawReply> {
  try {
    const reply = await request(url, {
      dispatcher,
      method,
      headers: {
        'x-vault-request': 'true',
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
        ...(token !== undefined && { 'x-vault-token': token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([closed, AbortSignal.timeout(timeoutSeconds * 1000)]),
    });
    const text = await readBounded(reply.body, address);
    return { status: reply.statusCode, headers: reply.headers, body: parse(text) };
  } catch (error) {
    throw error instanceof VaultError ? error : unreachable(address, error);
  }
}

async function readBounded(body: Dispatcher.ResponseData['body'], address: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) {
      throw new VaultError(
        'away',
        `Vault at ${address} answers more than ${maxAnswerBytes} bytes; check the address`,
      );
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): VaultReply['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function redirectOf({ address }: VaultConnection, from: URL, location: unknown): URL {
  const target = typeof location === 'string' ? URL.parse(location, from.href) : null;
  if (target?.protocol === from.protocol && target.pathname === from.pathname && target.username === '')
    return target;
  const shown = target === null ? 'nowhere' : target.origin;
  throw new VaultError(
    'away',
    `Vault at ${address} redirects to ${shown}, which is not followed; give the active node's address`,
  );
}

/** Returns an answer about the request; throws if the answer is about the state of Vault. */
function settle({ address }: VaultConnection, { status, headers, body }: RawReply): VaultReply {
  if ((status >= 200 && status < 300) || status === 400 || status === 403 || status === 404)
    return { status, body };
  const after = secondsOf(headers['retry-after']);
  throw new VaultError('away', `Vault at ${address} ${conditionOf(status)}`, after);
}

function conditionOf(status: number): string {
  if (status === 503) return 'is sealed or in maintenance (HTTP 503); unseal it';
  if (status === 429) return 'gets too many requests (HTTP 429); raise its rate limit quota';
  if (status === 472 || status === 473)
    return `is a standby node (HTTP ${status}); give the active node's address`;
  return `answers HTTP ${status}; see its log`;
}

/** @param value a number of seconds or a date, as HTTP allows. */
function secondsOf(value: unknown): number {
  if (typeof value !== 'string') return 0;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

function unreachable(address: string, error: unknown): VaultError {
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new VaultError(
      'away',
      `Vault at ${address} gave no answer within ${timeoutSeconds} s; check that it runs`,
    );
  }
  if (/CERT|SIGNATURE|SELF_SIGNED|TLS|SSL/.test(code)) {
    return new VaultError(
      'away',
      `Vault at ${address} has a certificate that isn't trusted (${code}); give the CA that signed it`,
    );
  }
  const why = code === '' ? '' : ` (${code})`;
  return new VaultError(
    'away',
    `Vault at ${address} can't be reached${why}; check that it runs and that the network lets the gateway reach it`,
  );
}

/**
 * `away`: Vault can't answer now, for example because it is sealed, busy or out of reach. `denied`: the token may not.
 * `missing`: there is nothing at that path.
 */
type VaultErrorKind = 'away' | 'denied' | 'missing';

/** An error of Vault. Its message is a clause that names the server and says what to do; it contains no secret. */
export class VaultError extends Error {
  readonly kind: VaultErrorKind;
  /** How many seconds Vault asks to be left alone. */
  readonly retryAfter: number;

  constructor(kind: VaultErrorKind, message: string, retryAfter = 0) {
    super(message);
    this.name = 'VaultError';
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
