import { type Answer, type Message, type RequestOptions, UpstreamError } from './answer.ts';

/** What a server says of itself when a conversation begins. */
export interface ServerFacts {
  readonly era: 'legacy' | 'modern';
  readonly protocolVersion: string;
  readonly serverInfo: { readonly name: string; readonly version: string };
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: string | null;
}

/** One conversation with a server: a process of its own, or an upstream session. */
export interface Connection {
  readonly facts: ServerFacts;
  /** The process; absent for remote servers. */
  readonly pid?: number;
  /** @throws UpstreamError when there is no answer. Never sends a request twice. */
  request(message: Message, options: RequestOptions): Promise<Answer>;
  /** Ends it: the process and all that it started, or the session. Calls in flight fail as `lost`. */
  close(): Promise<void>;
}

export interface ConnectionHooks {
  /** The server says that one of its lists has changed. */
  readonly onListChanged: () => void;
  /** It ended without {@link Connection.close}: why, as a clause. */
  readonly onClosed: (reason: string) => void;
}

/**
 * The conversation is over, as a request found out that was not carried out: the session has expired, or nobody is
 * there.
 */
export class ConversationOver extends UpstreamError {
  /** Whether the server itself says so: then the request may be sent in a new conversation. */
  readonly expired: boolean;

  constructor(message: string, expired: boolean) {
    super('unavailable', message);
    this.name = 'ConversationOver';
    this.expired = expired;
  }
}
