import type { CallSignal } from './call-signal.ts';

/** A request to a server, without what its era adds (ids, envelopes). */
export interface Message {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Notification {
  method: string;
  params?: Record<string, unknown>;
}

/** What a server answered. An error here is the server's own; what went wrong on the way is an {@link UpstreamError}. */
export type Answer =
  | { result: Record<string, unknown> }
  | { error: { code: number; message: string; data?: unknown } };

export interface RequestOptions {
  /** Aborted when nobody waits any longer: the server is told, and the request fails as `cancelled`. */
  readonly signal: CallSignal;
  /** Seconds from sending until the request fails as `timeout`. */
  readonly timeout: number;
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
export type UpstreamErrorCode =
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
