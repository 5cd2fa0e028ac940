import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Message, messageOf, type RequestOptions, UpstreamError } from './answer.ts';
import { backoff } from './backoff.ts';
import { createChecks } from './checks.ts';
import { type Connection, ConversationOver } from './connection.ts';
import type { Connector } from './connector.ts';
import { type Conversation, type Deadlines, openConversation } from './conversation.ts';
import type { FleetEvent } from './events.ts';
import type { Log } from './log.ts';
import { type Offering, readOffering } from './offering.ts';
import { waitFor } from './wait.ts';

/** Milliseconds until the watching instance asks again for room. */
const busyPause = 15_000;
/** Milliseconds after which a server that was up counts as sound, so that its next fall is its first. */
const soundAfter = 60_000;

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

/** One conversation with a server, opened again whenever it breaks. */
export interface Instance {
  readonly key: string;
  readonly watch: boolean;
  /** @throws UpstreamError */
  request(message: Message, options: RequestOptions): Promise<Answer>;
  /** Asks the server what it offers, after this was called. @throws UpstreamError when it doesn't say. */
  check(signal: AbortSignal): Promise<void>;
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
  /** Whether there is an open conversation, and so a process. */
  readonly running: boolean;
  readonly inFlight: number;
  /** As `performance.now()` tells it; 0 when it was never used. */
  readonly lastUsed: number;
  /** How often it was opened again after it had broken. */
  readonly restarts: number;
}

export function createInstance(options: InstanceOptions): Instance {
  const { server, key, watch, connector, deadlines, log, onEvent } = options;
  const stopped = new AbortController();
  let live: Conversation | undefined;
  let starting: Promise<Connection> | undefined;
  let stopping: Promise<void> | undefined;
  let nextStart: NodeJS.Timeout | undefined;
  let offering: Offering | undefined;
  let failures = 0;
  let notBefore = 0;
  /** Why the last start failed, until one succeeds. */
  let failed: string | undefined;
  /** Why it ended by itself, until it is up again. */
  let broke: string | undefined;
  /** Why the last look at its offering failed, until one succeeds. */
  let silent: string | undefined;
  let restarts = 0;
  let inFlight = 0;
  let lastUsed = 0;
  let onDrained = () => {};
  const checks = createChecks(look, (error) => {
    if (stopped.signal.aborted) return;
    log.warn({ server, key, reason: messageOf(error) }, 'what a server offers could not be checked');
  });

  function start(): Promise<Connection> {
    if (live !== undefined) return Promise.resolve(live.connection);
    if (starting === undefined) {
      starting = startOnce().finally(() => {
        starting = undefined;
      });
      starting.catch(() => {});
    }
    return starting;
  }

  async function startOnce(): Promise<Connection> {
    const { signal } = stopped;
    try {
      const pause = notBefore - performance.now();
      if (pause > 0) await sleep(pause, undefined, { signal });
      live = await openConversation({
        ...{ connector, key, watch, signal, deadlines: deadlines(), admit: options.admit },
        hooks: (connection) => ({
          onListChanged: checks.noticed,
          onClosed: (reason) => lost(connection(), reason),
        }),
      });
    } catch (error) {
      throw startFailed(error);
    }
    const { connection } = live;
    if (broke !== undefined) restarts += 1;
    failed = undefined;
    broke = undefined;
    silent = undefined;
    offering = live.offering;
    const { era, serverInfo } = connection.facts;
    const pid = connection.pid === undefined ? {} : { pid: connection.pid };
    onEvent({ type: 'server.started', server, key, era, serverInfo, ...pid });
    options.onOffering();
    checks.begin();
    return connection;
  }

  function startFailed(error: unknown): UpstreamError {
    if (stopped.signal.aborted) return new UpstreamError('unavailable', 'it was stopped');
    if (error instanceof UpstreamError && error.code === 'busy') {
      if (watch) startIn(busyPause);
      return error;
    }
    failed = messageOf(error);
    comeBackLater();
    onEvent({ type: 'server.failed', server, key, reason: failed });
    log.warn({ server, key, reason: failed }, 'a server did not come up');
    return new UpstreamError('unavailable', failed);
  }

  function comeBackLater(): void {
    failures += 1;
    const pause = backoff(failures, Math.random());
    notBefore = performance.now() + pause;
    if (watch) startIn(pause);
  }

  function startIn(pause: number): void {
    clearTimeout(nextStart);
    nextStart = setTimeout(() => void start(), pause).unref();
  }

  /** An open conversation, or one that is being opened. After a failed start nobody waits for the next attempt. */
  async function ready(signal: AbortSignal): Promise<Connection> {
    if (live !== undefined) return live.connection;
    if (stopped.signal.aborted) throw new UpstreamError('unavailable', 'it was stopped');
    const pause = Math.ceil((notBefore - performance.now()) / 1000);
    if (starting === undefined && failed !== undefined && pause > 0) {
      throw new UpstreamError('unavailable', `${failed}; the next attempt is in ${pause} s`);
    }
    const patience = deadlines().start;
    return waitFor(start(), signal, patience, `it did not come up within ${patience} s`);
  }

  /** The conversation broke by itself. */
  function lost(connection: Connection | undefined, reason: string): void {
    if (live === undefined || live.connection !== connection) return;
    if (performance.now() - live.since > soundAfter) failures = 0;
    broke = reason;
    void letGo();
    comeBackLater();
    onEvent({ type: 'server.stopped', server, key, reason, planned: false });
    log.warn({ server, key, reason }, 'a server stopped by itself');
  }

  async function letGo(): Promise<void> {
    const past = live;
    live = undefined;
    checks.end();
    await past?.end();
  }

  function conversationOver(connection: Connection, over: ConversationOver): void {
    if (!over.expired) return lost(connection, over.message);
    if (live?.connection !== connection) return;
    void letGo();
    if (watch) void start();
  }

  async function look(): Promise<void> {
    const connection = live?.connection;
    if (connection === undefined) throw new UpstreamError('unavailable', 'it is not running');
    const { start: patience, list } = deadlines();
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(patience * 1000)]);
      offering = await readOffering(connection, { signal, timeout: list });
      silent = undefined;
      options.onOffering();
    } catch (error) {
      silent = `what it offers could not be read: ${messageOf(error)}`;
      if (error instanceof ConversationOver) conversationOver(connection, error);
      throw error;
    }
  }

  async function end(): Promise<void> {
    stopped.abort();
    clearTimeout(nextStart);
    const ran = live !== undefined;
    await Promise.all([letGo(), starting?.catch(() => {})]);
    const reason = 'it is not needed any longer';
    if (ran) onEvent({ type: 'server.stopped', server, key, reason, planned: true });
  }

  function stop(): Promise<void> {
    stopping ??= end();
    return stopping;
  }

  return {
    key,
    watch,
    start: () => void start(),
    stop,
    offering: () => offering,
    async request(message, requestOptions) {
      inFlight += 1;
      lastUsed = performance.now();
      try {
        const connection = live?.connection ?? (await ready(requestOptions.signal));
        try {
          return await connection.request(message, requestOptions);
        } catch (error) {
          if (!(error instanceof ConversationOver)) throw error;
          conversationOver(connection, error);
          if (!error.expired) throw error;
        }
        // The server itself said that it did not take the request, so it is sent a second time, and never a third.
        const anew = await ready(requestOptions.signal);
        return await anew.request(message, requestOptions);
      } finally {
        inFlight -= 1;
        if (inFlight === 0) onDrained();
      }
    },
    async check(signal) {
      await ready(signal);
      const patience = deadlines().start;
      await waitFor(checks.now(), signal, patience, `it did not say what it offers within ${patience} s`);
    },
    async retire() {
      const drained = new Promise<void>((resolve) => {
        onDrained = resolve;
      });
      if (inFlight > 0) await drained;
      await stop();
    },
    status() {
      const running = live !== undefined;
      const reason = running ? silent : (failed ?? broke);
      const state = reason !== undefined ? 'down' : running ? 'ready' : 'starting';
      return { state, reason, running, inFlight, lastUsed, restarts };
    },
  };
}
