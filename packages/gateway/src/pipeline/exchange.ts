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

/** What arrived, before anything about it is believed. Each stage adds what it has found out. */
export interface Received {
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  readonly body: string;
  /** The server whose endpoint it came to; undefined for the endpoint of all servers. */
  readonly endpoint: string | undefined;
  /** The bundle that it is decided by, from beginning to end. */
  readonly policy: Policy;
  /** Aborted when the client goes away, or cancels. */
  readonly signal: CallAbort;
  /** Passes a notification of the server on, where the client can take it. */
  readonly notify: (notification: { method: string; params?: Record<string, unknown> }) => void;
  /** What the audit will say; the stages tell it what they find. */
  readonly record: RequestRecord;
}

/** Adds what a stage has found out to the request: to the very same object, since a copy at each step costs more than the steps. */
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
  /** Legacy requests after `initialize` have one. */
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
  /** Whose calls share the server's process. */
  readonly isolationKey: string;
}

export interface Approved extends Ruled {
  /** The approval that this call is about to use up; absent for calls that need none. */
  readonly approval: { readonly id: string; readonly binding: string } | undefined;
}

export interface Committed extends Approved {
  /** The durable record of what is about to be forwarded; absent for reads. */
  readonly intent: RecordRef | undefined;
}

export interface Forwarded extends Committed {
  readonly answer: UpstreamAnswer;
}

/** What the HTTP side does with a finished request. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly reply?: Reply }
  | { readonly stream: Stream };

/** An open stream from the gateway to a client. */
export interface Stream {
  /** Called once the response is open; returns what to do when it closes. */
  readonly open: (send: (message: object) => void, close: () => void) => () => void;
}
