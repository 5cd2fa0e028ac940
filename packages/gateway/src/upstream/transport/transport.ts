import type { CallSignal } from '../../kernel/call-signal.ts';

/** A request to a server, without what its era adds (ids, envelopes). */
export interface UpstreamRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Notification {
  method: string;
  params?: Record<string, unknown>;
}

/** What a server answered. An error here is the server's own; what went wrong on the way is an {@link UpstreamError}. */
export type UpstreamAnswer =
  | { result: Record<string, unknown> }
  | { error: { code: number; message: string; data?: unknown } };

export interface RequestOptions {
  /** Aborted when nobody waits any longer: the server is told, and the request fails as `cancelled`. */
  readonly signal: CallSignal;
  /** Seconds from sending until the request fails as `timeout`. */
  readonly timeoutSeconds: number;
  /** Called once the server is up and was looked at, right before the request goes out; throws to hold it back. */
  readonly beforeSend?: () => void;
  /** Receives what the server says about this request before it answers: progress and log messages. */
  readonly onNotification?: (notification: Notification) => void;
  /** `Mcp-Param-*` headers of the client that the locked schema doesn't name; only modern HTTP servers get them. */
  readonly paramHeaders?: Readonly<Record<string, string>>;
}

/**
 * `absent`: not run on this host. `unavailable`: not running, refusing, or not reachable. `timeout`: no answer in
 * time. `lost`: the connection broke after the request was sent. `too large`: the answer is over the limit.
 * `invalid`: the answer is no MCP. `cancelled`: nobody waits any longer. `busy`: every process is in use.
 */
type UpstreamErrorCode =
  | 'absent'
  | 'unavailable'
  | 'timeout'
  | 'lost'
  | 'too large'
  | 'invalid'
  | 'cancelled'
  | 'busy';

/** A request that got no answer. Its message is a clause without a full stop, for a sentence to be made of. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;
  /** Whether the request reached the server, which may therefore have acted on it. */
  readonly sent: boolean;

  constructor(code: UpstreamErrorCode, message: string, sent = false) {
    super(message);
    this.name = 'UpstreamError';
    this.code = code;
    this.sent = sent;
  }
}

/** The error of a request that was given up. */
export function cancelled(sent: boolean): UpstreamError {
  return new UpstreamError('cancelled', 'nobody waits for it any longer', sent);
}

/** What a server says of itself when a transport is opened. */
export interface ServerFacts {
  readonly era: 'legacy' | 'modern';
  readonly protocolVersion: string;
  readonly serverInfo: { readonly name: string; readonly version: string };
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: string | null;
}

/** One open way to a server: a process of its own, or a session over HTTP. */
export interface Transport {
  readonly facts: ServerFacts;
  /** The process; absent for remote servers. */
  readonly pid?: number;
  /** @throws UpstreamError when there is no answer. Never sends a request twice. */
  request(message: UpstreamRequest, options: RequestOptions): Promise<UpstreamAnswer>;
  /** Ends it: the process and all that it started, or the session. Calls in flight fail as `lost`. */
  close(): Promise<void>;
}

export interface TransportHooks {
  /** The server says that one of its lists has changed. */
  readonly onListChanged: () => void;
  /** It ended without {@link Transport.close}: why, as a clause. */
  readonly onClosed: (reason: string) => void;
}

/**
 * The session is over, as a request found out that was not carried out: the session has expired, or nobody is
 * there.
 */
export class SessionOver extends UpstreamError {
  /** Whether the server itself says so: then the request may be sent in a new session. */
  readonly expired: boolean;

  constructor(message: string, expired: boolean) {
    super('unavailable', message);
    this.name = 'SessionOver';
    this.expired = expired;
  }
}

interface ConnectRequest {
  /** The isolation key whose calls it will serve. */
  readonly key: string;
  /** Whether to follow notices of changes where that takes a stream of its own. */
  readonly watch: boolean;
  /** Aborted when it takes too long or isn't wanted any longer. */
  readonly signal: AbortSignal;
  readonly hooks: TransportHooks;
}

/** Opens transports to one server, by process or by HTTP. */
export interface Connector {
  /** @throws Error whose message is a clause that says why the server can't be talked to. */
  connect(request: ConnectRequest): Promise<Transport>;
  /** Whether one transport can serve every key, since the server keeps nothing between requests. */
  stateless(): boolean;
  close(): Promise<void>;
}
