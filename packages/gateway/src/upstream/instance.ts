import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Message, messageOf, type RequestOptions, UpstreamError } from './answer.ts';
import { backoff } from './backoff.ts';
import { coalesce } from './coalesce.ts';
import { type Connection, ConversationOver } from './connection.ts';
import type { Connector } from './connector.ts';
import type { FleetEvent } from './events.ts';
import type { Log } from './log.ts';
import { type Offering, readOffering } from './offering.ts';
import { waitFor } from './wait.ts';

/** Milliseconds between two looks at what the server offers, and at least between two that its notices cause. */
const checkInterval = 55_000;
const noticeInterval = 1000;
/** Milliseconds after which a server that was up counts as sound, so that its next fall is its first. */
const soundAfter = 60_000;

export interface InstanceOptions {
  readonly server: string;
  readonly key: string;
  /** The one that is always kept running, so that health and drift are known. */
  readonly watch: boolean;
  readonly connector: Connector;
  /** Seconds; read at each use, since a bundle may change them. */
  readonly timeouts: () => { readonly start: number; readonly list: number };
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
  readonly inFlight: number;
  /** As `performance.now()` tells it; 0 when it was never used. */
  readonly lastUsed: number;
  /** How often it was opened again after it had broken. */
  readonly restarts: number;
}

interface Live {
  readonly connection: Connection;
  /** Frees its slot. */
  readonly free: () => void;
  readonly since: number;
}

export function createInstance(options: InstanceOptions): Instance {
  const { server, key, watch, connector, timeouts, log, onEvent } = options;
  const stopped = new AbortController();
  let live: Live | undefined;
  let starting: Promise<Connection> | undefined;
  let offering: Offering | undefined;
  let failures = 0;
  let notBefore = 0;
  /** Why the last start failed, until one succeeds. */
  let failed: string | undefined;
  /** Why the last look at its offering failed, until one succeeds. */
  let silent: string | undefined;
  let broke = false;
  let restarts = 0;
  let inFlight = 0;
  let lastUsed = 0;
  let onDrained = () => {};
  let nextStart: NodeJS.Timeout | undefined;
  let nextCheck: NodeJS.Timeout | undefined;
  let nextNotice: NodeJS.Timeout | undefined;
  let noticedAt = Number.NEGATIVE_INFINITY;

  async function open(): Promise<Connection> {
    const pause = notBefore - performance.now();
    if (pause > 0) await sleep(pause, undefined, { signal: stopped.signal });
    const free = await options.admit();
    let connection: Connection | undefined;
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(timeouts().start * 1000)]);
      const hooks = { onListChanged: noticed, onClosed: (reason: string) => lost(connection, reason) };
      connection = await connector.connect({ key, watch, signal, hooks });
      offering = await readOffering(connection, { signal, timeout: timeouts().list });
      // The server may have gone between its last answer and now.
      stopped.signal.throwIfAborted();
    } catch (error) {
      await connection?.close();
      free();
      throw error;
    }
    live = { connection, free, since: performance.now() };
    return connection;
  }

  async function startOnce(): Promise<Connection> {
    try {
      const connection = await open();
      failed = undefined;
      silent = undefined;
      if (broke) restarts += 1;
      broke = false;
      const { era, serverInfo } = connection.facts;
      const pid = connection.pid === undefined ? {} : { pid: connection.pid };
      onEvent({ type: 'server.started', server, key, era, serverInfo, ...pid });
      options.onOffering();
      scheduleCheck();
      return connection;
    } catch (error) {
      if (stopped.signal.aborted) throw new UpstreamError('unavailable', 'it was stopped');
      if (error instanceof UpstreamError && error.code === 'busy') throw error;
      const { start } = timeouts();
      failed = isTimeout(error) ? `it did not come up within ${start} s` : messageOf(error);
      comeBackLater();
      onEvent({ type: 'server.failed', server, key, reason: failed });
      log.warn({ server, key, reason: failed }, 'a server did not come up');
      throw new UpstreamError('unavailable', failed);
    } finally {
      starting = undefined;
    }
  }

  function start(): Promise<Connection> {
    if (live !== undefined) return Promise.resolve(live.connection);
    starting ??= startOnce();
    starting.catch(() => {});
    return starting;
  }

  function comeBackLater(): void {
    failures += 1;
    const pause = backoff(failures, Math.random());
    notBefore = performance.now() + pause;
    if (!watch) return;
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
    const patience = timeouts().start;
    return waitFor(start(), signal, patience, `it did not come up within ${patience} s`);
  }

  /** The conversation broke by itself. */
  function lost(connection: Connection | undefined, reason: string): void {
    if (live === undefined || live.connection !== connection) return;
    if (performance.now() - live.since > soundAfter) failures = 0;
    broke = true;
    forget();
    comeBackLater();
    onEvent({ type: 'server.stopped', server, key, reason, planned: false });
    log.warn({ server, key, reason }, 'a server stopped by itself');
  }

  /** Lets go of the conversation. */
  function forget(): Promise<void> {
    const past = live;
    live = undefined;
    clearTimeout(nextCheck);
    if (past === undefined) return Promise.resolve();
    return past.connection.close().finally(past.free);
  }

  function conversationOver(connection: Connection, over: ConversationOver): void {
    if (!over.expired) lost(connection, over.message);
    else if (live?.connection === connection) void forget();
  }

  async function look(): Promise<void> {
    const connection = live?.connection;
    if (connection === undefined) throw new UpstreamError('unavailable', 'it is not running');
    const { start: patience, list } = timeouts();
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

  const lookOnce = coalesce(look);

  function lookInBackground(): void {
    lookOnce().catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      log.warn({ server, key, reason: messageOf(error) }, 'what a server offers could not be checked');
      if (watch) void start();
    });
  }

  function scheduleCheck(): void {
    clearTimeout(nextCheck);
    nextCheck = setTimeout(() => {
      lookInBackground();
      if (live !== undefined) scheduleCheck();
    }, checkInterval).unref();
  }

  /** The server says that its lists changed. It is believed at once, but not more often than bearable. */
  function noticed(): void {
    if (live === undefined || nextNotice !== undefined) return;
    const pause = Math.max(0, noticedAt + noticeInterval - performance.now());
    nextNotice = setTimeout(() => {
      nextNotice = undefined;
      noticedAt = performance.now();
      if (live !== undefined) lookInBackground();
    }, pause).unref();
  }

  async function stop(): Promise<void> {
    if (stopped.signal.aborted) return;
    stopped.abort();
    for (const timer of [nextStart, nextCheck, nextNotice]) clearTimeout(timer);
    const was = live !== undefined;
    await Promise.all([forget(), starting?.catch(() => {})]);
    if (was)
      onEvent({ type: 'server.stopped', server, key, reason: 'is not needed any longer', planned: true });
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
      const patience = timeouts().start;
      await waitFor(lookOnce(), signal, patience, `it did not say what it offers within ${patience} s`);
    },
    async retire() {
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          onDrained = resolve;
        });
      }
      await stop();
    },
    status: () => ({
      state:
        live === undefined
          ? failed === undefined && !broke
            ? 'starting'
            : 'down'
          : silent === undefined
            ? 'ready'
            : 'down',
      reason: live === undefined ? failed : silent,
      inFlight,
      lastUsed,
      restarts,
    }),
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
