import { UpstreamError } from './answer.ts';
import type { Connection, ConnectionHooks } from './connection.ts';
import type { Connector } from './connector.ts';
import { type Offering, readOffering } from './offering.ts';

/** Seconds; read at each use, since a bundle may change them. */
export interface Deadlines {
  readonly start: number;
  readonly list: number;
}

/** A conversation that is open, with what the server offered when it was opened. */
export interface Conversation {
  readonly connection: Connection;
  readonly offering: Offering;
  /** As `performance.now()` tells it. */
  readonly since: number;
  /** Ends it and gives its place to others. */
  end(): Promise<void>;
}

export interface ConversationOptions {
  readonly connector: Connector;
  readonly key: string;
  readonly watch: boolean;
  readonly hooks: (connection: () => Connection | undefined) => ConnectionHooks;
  readonly deadlines: Deadlines;
  /** Waits for room for a process; returns what to call once it is gone. */
  readonly admit: () => Promise<() => void>;
  /** Aborted when it isn't wanted any longer. */
  readonly signal: AbortSignal;
}

/**
 * Opens a conversation and asks what the server offers, so that nothing is forwarded to a server that wasn't looked
 * at.
 *
 * @throws Error whose message is a clause; by then nothing of the server is left.
 */
export async function openConversation(options: ConversationOptions): Promise<Conversation> {
  const { connector, key, watch, deadlines, signal } = options;
  const free = await options.admit();
  const late = AbortSignal.timeout(deadlines.start * 1000);
  const either = AbortSignal.any([signal, late]);
  let connection: Connection | undefined;
  try {
    const hooks = options.hooks(() => connection);
    const opened = await connector.connect({ key, watch, signal: either, hooks });
    connection = opened;
    const offering = await readOffering(opened, { signal: either, timeout: deadlines.list });
    signal.throwIfAborted();
    return { connection, offering, since: performance.now(), end: () => opened.close().finally(free) };
  } catch (error) {
    await connection?.close();
    free();
    if (late.aborted)
      throw new UpstreamError('unavailable', `it did not come up within ${deadlines.start} s`);
    throw error;
  }
}
