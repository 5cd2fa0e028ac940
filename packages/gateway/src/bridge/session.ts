import { randomUUID } from 'node:crypto';
import type { RequestId } from '../protocol/json-rpc.ts';
import type { Answer, Message, RequestOptions } from '../upstream/answer.ts';
import { CallAbort } from '../upstream/call-signal.ts';
import type { Connection } from '../upstream/connection.ts';

/** Methods by which the gateway looks at what a server offers; they don't keep a process from being idle. */
const looks: ReadonlySet<string> = new Set(['tools/list', 'prompts/list', 'resources/templates/list']);

/** Follows what becomes of a session's process. */
export interface Follower {
  /** The server says that one of its lists has changed. */
  readonly onListChanged: () => void;
  /** The session is over; `reason` is a clause, where the process ended by itself. */
  readonly onOver: (reason: string | undefined) => void;
}

/** One process of the server, and the gateway's conversation with it. */
export interface Session {
  readonly id: string;
  /** The isolation key whose calls it serves. */
  readonly key: string;
  readonly connection: Connection;
  readonly followers: Set<Follower>;
  /** When a call came last, as `performance.now()` tells it. */
  lastUsed(): number;
  /** Whether a call is in flight. */
  busy(): boolean;
  /** Whether a call of that id is in flight. */
  has(id: RequestId): boolean;
  /** Asks the process. @throws UpstreamError when there is no answer. */
  call(id: RequestId, message: Message, options: Omit<RequestOptions, 'signal'>): Promise<Answer>;
  /** Gives up a call, when it is still in flight. */
  cancel(id: RequestId): void;
  /** Settles once no call is in flight. */
  drained(): Promise<void>;
}

export function createSession(key: string, connection: Connection): Session {
  const calls = new Map<RequestId, CallAbort>();
  const waiting: (() => void)[] = [];
  let lastUsed = performance.now();
  return {
    id: randomUUID(),
    key,
    connection,
    followers: new Set(),
    lastUsed: () => lastUsed,
    busy: () => calls.size > 0,
    has: (id) => calls.has(id),
    async call(id, message, options) {
      if (!looks.has(message.method)) lastUsed = performance.now();
      const signal = new CallAbort();
      calls.set(id, signal);
      try {
        return await connection.request(message, { ...options, signal });
      } finally {
        calls.delete(id);
        if (calls.size === 0) for (const resolve of waiting.splice(0)) resolve();
      }
    },
    cancel: (id) => calls.get(id)?.abort(),
    drained: () => (calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
