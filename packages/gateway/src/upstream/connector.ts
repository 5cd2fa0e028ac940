import type { Connection, ConnectionHooks } from './connection.ts';

export interface ConnectRequest {
  /** The isolation key whose calls the conversation will serve. */
  readonly key: string;
  /** Whether to follow notices of changes where that takes a stream of its own. */
  readonly watch: boolean;
  /** Aborted when it takes too long or isn't wanted any longer. */
  readonly signal: AbortSignal;
  readonly hooks: ConnectionHooks;
}

/** Opens conversations with one server, by process or by HTTP. */
export interface Connector {
  /** @throws Error whose message is a clause that says why the server can't be talked to. */
  connect(request: ConnectRequest): Promise<Connection>;
  /** Whether one conversation can serve every key, since the server keeps nothing between requests. */
  stateless(): boolean;
  close(): Promise<void>;
}
