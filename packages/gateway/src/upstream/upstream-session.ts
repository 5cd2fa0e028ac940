import type { CallSignal } from '../kernel/call-signal.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { type Catalog, readCatalog } from './catalog.ts';
import { createChecks } from './checks.ts';
import { waitFor } from './resilience/waiting.ts';
import { createSupervisor, type Deadlines, openRun } from './supervisor.ts';
import {
  type Connector,
  type RequestOptions,
  SessionOver,
  type Transport,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from './transport/transport.ts';
import type { UpstreamEvent } from './upstream-server.ts';

interface UpstreamSessionOptions {
  readonly server: string;
  readonly key: string;
  /** Whether this session is always kept running, so that health and drift are known. */
  readonly watch: boolean;
  readonly connector: Connector;
  readonly deadlines: () => Deadlines;
  /** Waits for room for a process; returns a function to call once the process has ended. */
  readonly admit: () => Promise<() => void>;
  /** Called after the server was asked again what it offers. */
  readonly onCatalog: () => void;
  readonly onEvent: (event: UpstreamEvent) => void;
  readonly log: Log;
}

/** One server for one isolation key. */
export interface UpstreamSession {
  readonly key: string;
  readonly watch: boolean;
  /** @throws UpstreamError */
  request(message: UpstreamRequest, options: RequestOptions): Promise<UpstreamAnswer>;
  /** Asks the server, after this call, what it offers. @throws UpstreamError if it doesn't answer. */
  check(signal: CallSignal): Promise<void>;
  /** Begins to start unless it runs. */
  start(): void;
  /** Ends it once the requests in flight are done. It accepts no new requests. */
  retire(): Promise<void>;
  /** Ends it now. */
  stop(): Promise<void>;
  status(): UpstreamSessionStatus;
  /** What it offered when it was last asked. */
  catalog(): Catalog | undefined;
}

interface UpstreamSessionStatus {
  readonly state: 'starting' | 'ready' | 'down';
  /** A clause, if something is wrong. */
  readonly reason: string | undefined;
  /** Whether it has a process or session, or is about to. */
  readonly active: boolean;
  readonly inFlight: number;
  /** In milliseconds of `performance.now()`; 0 if it was never used. */
  readonly lastUsed: number;
  /** How often it was started again after ending by itself. */
  readonly restarts: number;
}

export function createUpstreamSession(options: UpstreamSessionOptions): UpstreamSession {
  const { server, key, watch, connector, admit, deadlines, onCatalog, onEvent, log } = options;
  const stopped = new AbortController();
  let catalog: Catalog | undefined;
  /** Why the last check of its catalog failed, until one succeeds. */
  let silent: string | undefined;
  let inFlight = 0;
  let lastUsed = 0;
  let onDrained = () => {};

  const checks = createChecks(look, (error) => {
    if (stopped.signal.aborted) return;
    log.warn({ server, key, reason: messageOf(error) }, 'what a server offers could not be checked');
  });

  const supervisor = createSupervisor({
    eager: watch,
    startTimeoutSeconds: () => deadlines().start,
    open: (signal) =>
      openRun({
        ...{ connector, key, watch, signal, admit, deadlines: deadlines() },
        hooks: (transport) => ({
          onListChanged: checks.noticed,
          onClosed: (reason) => supervisor.broke(transport(), reason),
        }),
      }),
    onOpened: ({ transport, catalog: offered }) => {
      silent = undefined;
      const { era, serverInfo } = transport.facts;
      const pid = transport.pid === undefined ? {} : { pid: transport.pid };
      onEvent({ type: 'server.started', server, key, era, serverInfo, ...pid });
      see(offered);
      checks.begin();
    },
    onFailed: (reason) => {
      onEvent({ type: 'server.failed', server, key, reason });
      log.warn({ server, key, reason }, 'a server did not start');
    },
    onEnded: (reason, planned) => {
      checks.end();
      onEvent({ type: 'server.stopped', server, key, reason, planned });
      if (!planned) log.warn({ server, key, reason }, 'a server ended by itself');
    },
  });

  function see(offered: Catalog): void {
    catalog = offered;
    onCatalog();
  }

  async function look(): Promise<void> {
    const transport = supervisor.current()?.transport;
    if (transport === undefined) throw new UpstreamError('unavailable', 'it is not running');
    const { start: startTimeoutSeconds, list } = deadlines();
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(startTimeoutSeconds * 1000)]);
      const offered = await readCatalog(transport, { signal, timeoutSeconds: list });
      silent = undefined;
      see(offered);
    } catch (error) {
      silent = `what it offers could not be read: ${messageOf(error)}`;
      if (error instanceof SessionOver) sessionOver(transport, error);
      throw error;
    }
  }

  function sessionOver(transport: Transport, { expired, message }: SessionOver): void {
    if (!expired) {
      supervisor.broke(transport, message);
      return;
    }
    // Until it starts again, there is nobody to ask.
    checks.end();
    supervisor.expired(transport);
  }

  async function request(message: UpstreamRequest, requestOptions: RequestOptions): Promise<UpstreamAnswer> {
    begin();
    try {
      const { transport } = supervisor.current() ?? (await supervisor.ready(requestOptions.signal));
      requestOptions.beforeSend?.();
      try {
        return await transport.request(message, requestOptions);
      } catch (error) {
        // A broken connection may be the first sign that the server is gone.
        if (error instanceof UpstreamError && error.code === 'lost') checks.noticed();
        if (!(error instanceof SessionOver)) throw error;
        sessionOver(transport, error);
        if (!error.expired) throw error;
      }
      // The server itself said that it did not accept the request, so it is sent a second time, but never a third.
      const next = await supervisor.ready(requestOptions.signal);
      requestOptions.beforeSend?.();
      return await next.transport.request(message, requestOptions);
    } finally {
      end();
    }
  }

  async function check(signal: CallSignal): Promise<void> {
    begin();
    try {
      await supervisor.ready(signal);
      const { start: startTimeoutSeconds } = deadlines();
      await waitFor(
        checks.now(),
        signal,
        startTimeoutSeconds,
        `it did not say what it offers within ${startTimeoutSeconds} s`,
      );
    } finally {
      end();
    }
  }

  /** Counts it as in use from here to {@link end}, so that it isn't ended as idle. */
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
    return supervisor.stop();
  }

  return {
    key,
    watch,
    start: supervisor.start,
    stop,
    catalog: () => catalog,
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
      const { trouble, active, restarts } = supervisor.status();
      const reason = trouble ?? silent;
      const state = reason !== undefined ? 'down' : supervisor.current() === undefined ? 'starting' : 'ready';
      return { state, reason, active, inFlight, lastUsed, restarts };
    },
  };
}
