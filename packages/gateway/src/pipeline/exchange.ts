import type { IncomingHttpHeaders } from 'node:http';
import type { Decided } from '@lockstep/model/internal';
import type { RecordRef } from '@lockstep/model/record';
import type { ClientSession } from '../client/client-sessions.ts';
import type { Caller } from '../identity/sign-in.ts';
import type { CallAbort } from '../kernel/call-signal.ts';
import type { Policy } from '../policy/policy.ts';
import type { Era } from '../protocol/era.ts';
import type { Message, Reply } from '../protocol/json-rpc.ts';
import type { UpstreamAnswer } from '../upstream/transport/transport.ts';
import type { RequestRecord } from './request-record.ts';
import type { Use } from './server-methods.ts';

/** A request as it arrived, before anything in it is trusted. Each stage adds what it has found out. */
export interface Received {
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  readonly body: string;
  /** The server whose endpoint it came to; undefined for the endpoint of all servers. */
  readonly endpoint: string | undefined;
  /** The policy that decides it, from beginning to end. */
  readonly policy: Policy;
  /** Aborted when the client goes away or cancels. */
  readonly signal: CallAbort;
  /** Passes a notification of the server on, if the client can receive it. */
  readonly notify: (notification: { method: string; params?: Record<string, unknown> }) => void;
  /** The audit record in the making; the stages report what they find. */
  readonly record: RequestRecord;
}

/** Adds what a stage has found out to the request, to the same object: copying it at each step costs more than the steps. */
export function add<Request extends object, Found extends object>(
  request: Request,
  found: Found,
): Request & Found {
  return Object.assign(request, found);
}

export interface Authenticated extends Received {
  readonly caller: Caller;
}

export interface Parsed extends Authenticated {
  readonly message: Message;
  readonly era: Era;
  /** The session of a legacy request; absent for `initialize`. */
  readonly session: ClientSession | undefined;
}

export interface Resolved extends Parsed {
  readonly use: Use;
}

export interface Valid extends Resolved {
  /** `Mcp-Param-*` headers that the locked schema doesn't declare. */
  readonly paramHeaders: Readonly<Record<string, string>>;
}

export interface Ruled extends Valid {
  readonly ruling: Decided;
  /** Decides whose calls share the server's process. */
  readonly isolationKey: string;
}

export interface Approved extends Ruled {
  /** The approval that this call will use up; absent for calls that need none. */
  readonly approval: { readonly id: string; readonly binding: string } | undefined;
}

export interface Committed extends Approved {
  /** The durable record of what will be forwarded; absent for reads. */
  readonly intent: RecordRef | undefined;
}

export interface Forwarded extends Committed {
  readonly answer: UpstreamAnswer;
}

/** How the HTTP side answers a finished request. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly reply?: Reply }
  | { readonly stream: Stream };

/** An open stream from the gateway to a client. */
export interface Stream {
  /** Called once the response is open; returns a function to call when it closes. */
  readonly open: (send: (message: object) => void, close: () => void) => () => void;
}
