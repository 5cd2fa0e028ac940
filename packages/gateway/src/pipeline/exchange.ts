import type { IncomingHttpHeaders } from 'node:http';
import type { Decided, Target } from '@lockstep/model/internal';
import type { NewRecord, RecordRef } from '@lockstep/model/record';
import type { Caller } from '../identity/caller.ts';
import type { Item, Policy, PolicyServer } from '../policy/policy.ts';
import type { Era } from '../protocol/era.ts';
import type { Message, Reply, RequestId } from '../protocol/json-rpc.ts';
import type { Session } from '../protocol/sessions.ts';
import type { CallAbort } from '../upstream/call-signal.ts';
import type { RefusalKind } from './refusal.ts';

/**
 * What arrived, before anything about it is believed. Each stage adds what it has found out: to the very same object,
 * since copying it at each step would cost more than the steps.
 */
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
  /** What the audit will say; the stages write into it what they find. */
  readonly draft: Draft;
  /** How far it came, for the recording around the stages. */
  readonly story: Story;
}

export interface Story {
  /** What the answer is for; absent until the message is read, and for notifications. */
  id?: RequestId;
  /** Set once the method is known to be one that is served. */
  known: boolean;
  use?: Use;
  /** Set once a mutating call's intent is durable. */
  intent?: RecordRef;
  refusal?: RefusalKind | 'sign-in' | 'rejected';
}

/** An audit record in the making. */
export type Draft = { -readonly [Key in keyof NewRecord]?: NewRecord[Key] } & { environment: string };

export interface Authenticated extends Received {
  readonly caller: Caller;
}

export interface Parsed extends Authenticated {
  readonly message: Message;
  readonly era: Era;
  /** Legacy requests after `initialize` have one. */
  readonly session: Session | undefined;
}

/** A request that uses something of a server. */
export interface Use {
  readonly server: PolicyServer;
  readonly target: Target;
  /** The target as rules see it. */
  readonly text: string;
  /** What is locked; absent for a concrete resource, whose content isn't. */
  readonly item: Item | undefined;
  /** What is asked of the server: conditions see it, approvers see it, and it is what is forwarded. */
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The `params` that are forwarded, but for `_meta`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The agent's own word on why. */
  readonly reason: string | undefined;
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

/** What the HTTP side does with a finished request. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly reply?: Reply }
  | { readonly stream: Stream };

/** An open stream from the gateway to a client. */
export interface Stream {
  /** Called once the response is open; returns what to do when it closes. */
  readonly open: (send: (message: object) => void, close: () => void) => () => void;
}
