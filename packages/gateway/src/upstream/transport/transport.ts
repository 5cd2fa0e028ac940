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

/** A server's answer. An error in it is the server's own; failures on the way are an {@link UpstreamError}. */
export type UpstreamAnswer =
  | { result: Record<string, unknown> }
  | { error: { code: number; message: string; data?: unknown } };

export interface RequestOptions {
  /** Aborted when nobody waits any longer: the server is told, and the request fails as `cancelled`. */
  readonly signal: CallSignal;
  /** Seconds from sending until the request fails as `timeout`. */
  readonly timeoutSeconds: number;
  /** Called once the server runs and was checked, right before the request is sent; throws to prevent that. */
  readonly beforeSend?: () => void;
  /** Called with what the server says about this request before its answer: progress and log messages. */
  readonly onNotification?: (notification: Notification) => void;
  /** `Mcp-Param-*` headers of the client that the locked schema doesn't name; only modern HTTP servers get them. */
  readonly paramHeaders?: Readonly<Record<string, string>>;
}

/**
 * `absent`: not run on this host. `unavailable`: not running, refusing, or not reachable. `timeout`: no answer in
 * time. `lost`: the connection broke after the request was sent. `too large`: the answer is over the limit.
 * `invalid`: the answer isn't MCP. `cancelled`: nobody waits any longer. `busy`: every process is in use.
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

/** A request that got no answer. Its message is a clause without a full stop, to become part of a sentence. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;
  /** Whether the request reached the server, which may then have acted on it. */
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

/** What a server says about itself when a transport is opened. */
export interface ServerFacts {
  readonly era: 'legacy' | 'modern';
  readonly protocolVersion: string;
  readonly serverInfo: { readonly name: string; readonly version: string };
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: string | null;
}

/** One open connection to a server: its own process, or a session over HTTP. */
export interface Transport {
  readonly facts: ServerFacts;
  /** The process; absent for remote servers. */
  readonly pid?: number;
  /** @throws UpstreamError if there is no answer. Never sends a request twice. */
  request(message: UpstreamRequest, options: RequestOptions): Promise<UpstreamAnswer>;
  /** Ends the process and everything that it started, or the session. Calls in flight fail as `lost`. */
  close(): Promise<void>;
}

export interface TransportHooks {
  /** Called when the server says that one of its lists has changed. */
  readonly onListChanged: () => void;
  /** Called with the reason, a clause, when it ended without {@link Transport.close}. */
  readonly onClosed: (reason: string) => void;
}

/**
 * The session is over. A request that was not carried out found this out: the session has expired, or nobody is there
 * any more.
 */
export class SessionOver extends UpstreamError {
  /** Whether the server itself says so; then the request may be sent in a new session. */
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
  /** Whether to follow notices of changes if that needs a separate stream. */
  readonly watch: boolean;
  /** Aborted when it takes too long or isn't needed any longer. */
  readonly signal: AbortSignal;
  readonly hooks: TransportHooks;
}

/** Opens transports to one server, by process or by HTTP. */
export interface Connector {
  /** @throws Error whose message is a clause that says why the server can't be talked to. */
  connect(request: ConnectRequest): Promise<Transport>;
  /** Whether one transport can serve every key, because the server keeps nothing between requests. */
  stateless(): boolean;
  close(): Promise<void>;
}
