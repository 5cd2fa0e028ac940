import { messageOf } from '../kernel/errors.ts';
import { type Answer, type Message, type RequestOptions, UpstreamError } from './answer.ts';
import type { CallSignal } from './call-signal.ts';
import { createChecks } from './checks.ts';
import { type Connection, ConversationOver } from './connection.ts';
import type { Connector } from './connector.ts';
import { type Deadlines, openConversation } from './conversation.ts';
import type { FleetEvent } from './events.ts';
import { createKeeper } from './keeper.ts';
import type { Log } from './log.ts';
import { type Offering, readOffering } from './offering.ts';
import { waitFor } from './wait.ts';

export interface InstanceOptions {
  readonly server: string;
  readonly key: string;
  /** The one that is always kept running, so that health and drift are known. */
  readonly watch: boolean;
  readonly connector: Connector;
  readonly deadlines: () => Deadlines;
  /** Waits for room for a process; returns what to call once it is gone. */
  readonly admit: () => Promise<() => void>;
  /** The server was asked anew what it offers. */
  readonly onOffering: () => void;
  readonly onEvent: (event: FleetEvent) => void;
  readonly log: Log;
}

/** One server for one isolation key. */
export interface Instance {
  readonly key: string;
  readonly watch: boolean;
  /** @throws UpstreamError */
  request(message: Message, options: RequestOptions): Promise<Answer>;
  /** Asks the server what it offers, after this was called. @throws UpstreamError when it doesn't say. */
  check(signal: CallSignal): Promise<void>;
  /** Begins to start, unless it runs. */
  start(): void;
  /** Ends it once the requests in flight are done. Nothing new may be asked of it. */
  retire(): Promise<void>;
  /** Ends it now. */
  stop(): Promise<void>;
  status(): InstanceStatus;
  /** What it offered when it was last asked. */
  offering(): Offering | undefined;
}

export interface InstanceStatus {
  readonly state: 'starting' | 'ready' | 'down';
  /** A clause, where something is wrong. */
  readonly reason: string | undefined;
  /** Whether it has a process or session, or is about to. */
  readonly active: boolean;
  readonly inFlight: number;
  /** As `performance.now()` tells it; 0 when it was never used. */
  readonly lastUsed: number;
  /** How often it was started again after it had ended by itself. */
  readonly restarts: number;
}

export function createInstance(options: InstanceOptions): Instance {
  const { server, key, watch, connector, admit, deadlines, onOffering, onEvent, log } = options;
  const stopped = new AbortController();
  let offering: Offering | undefined;
  /** Why the last look at its offering failed, until one succeeds. */
  let silent: string | undefined;
  let inFlight = 0;
  let lastUsed = 0;
  let onDrained = () => {};

  const checks = createChecks(look, (error) => {
    if (stopped.signal.aborted) return;
    log.warn({ server, key, reason: messageOf(error) }, 'what a server offers could not be checked');
  });

  const keeper = createKeeper({
    eager: watch,
    patience: () => deadlines().start,
    open: (signal) =>
      openConversation({
        ...{ connector, key, watch, signal, admit, deadlines: deadlines() },
        hooks: (connection) => ({
          onListChanged: checks.noticed,
          onClosed: (reason) => keeper.broke(connection(), reason),
        }),
      }),
    onOpened: ({ connection, offering: offered }) => {
      silent = undefined;
      const { era, serverInfo } = connection.facts;
      const pid = connection.pid === undefined ? {} : { pid: connection.pid };
      onEvent({ type: 'server.started', server, key, era, serverInfo, ...pid });
      see(offered);
      checks.begin();
    },
    onFailed: (reason) => {
      onEvent({ type: 'server.failed', server, key, reason });
      log.warn({ server, key, reason }, 'a server did not come up');
    },
    onEnded: (reason, planned) => {
      checks.end();
      onEvent({ type: 'server.stopped', server, key, reason, planned });
      if (!planned) log.warn({ server, key, reason }, 'a server ended by itself');
    },
  });

  function see(offered: Offering): void {
    offering = offered;
    onOffering();
  }

  async function look(): Promise<void> {
    const connection = keeper.current()?.connection;
    if (connection === undefined) throw new UpstreamError('unavailable', 'it is not running');
    const { start: patience, list } = deadlines();
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(patience * 1000)]);
      const offered = await readOffering(connection, { signal, timeout: list });
      silent = undefined;
      see(offered);
    } catch (error) {
      silent = `what it offers could not be read: ${messageOf(error)}`;
      if (error instanceof ConversationOver) conversationOver(connection, error);
      throw error;
    }
  }

  function conversationOver(connection: Connection, { expired, message }: ConversationOver): void {
    if (!expired) {
      keeper.broke(connection, message);
      return;
    }
    // Until it is begun anew, there is nobody to ask.
    checks.end();
    keeper.expired(connection);
  }

  async function request(message: Message, requestOptions: RequestOptions): Promise<Answer> {
    begin();
    try {
      const { connection } = keeper.current() ?? (await keeper.ready(requestOptions.signal));
      requestOptions.beforeSend?.();
      try {
        return await connection.request(message, requestOptions);
      } catch (error) {
        // A broken connection may be the first sign that the server is gone.
        if (error instanceof UpstreamError && error.code === 'lost') checks.noticed();
        if (!(error instanceof ConversationOver)) throw error;
        conversationOver(connection, error);
        if (!error.expired) throw error;
      }
      // The server itself said that it did not take the request, so it is sent a second time, and never a third.
      const anew = await keeper.ready(requestOptions.signal);
      requestOptions.beforeSend?.();
      return await anew.connection.request(message, requestOptions);
    } finally {
      end();
    }
  }

  async function check(signal: CallSignal): Promise<void> {
    begin();
    try {
      await keeper.ready(signal);
      const { start: patience } = deadlines();
      await waitFor(checks.now(), signal, patience, `it did not say what it offers within ${patience} s`);
    } finally {
      end();
    }
  }

  /** Counts it as in use from here to {@link end}, so that it isn't ended for being idle. */
  function begin(): void {
    inFlight += 1;
    lastUsed = performance.now();
  }

  function end(): void {
    inFlight -= 1;
    if (inFlight === 0) onDrained();
  }

  function stop(): Promise<void> {
    stopped.abort();
    checks.end();
    return keeper.stop();
  }

  return {
    key,
    watch,
    start: keeper.start,
    stop,
    offering: () => offering,
    request,
    check,
    async retire() {
      const drained = new Promise<void>((resolve) => {
        onDrained = resolve;
      });
      if (inFlight > 0) await drained;
      await stop();
    },
    status() {
      const { trouble, active, restarts } = keeper.status();
      const reason = trouble ?? silent;
      const state = reason !== undefined ? 'down' : keeper.current() === undefined ? 'starting' : 'ready';
      return { state, reason, active, inFlight, lastUsed, restarts };
    },
  };
}
