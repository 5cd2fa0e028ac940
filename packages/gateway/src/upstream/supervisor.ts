import { setTimeout as sleep } from 'node:timers/promises';
import type { CallSignal } from '../kernel/call-signal.ts';
import { messageOf } from '../kernel/errors.ts';
import { excerpt } from '../kernel/redaction.ts';
import { type Catalog, readCatalog } from './catalog.ts';
import { startBackoff, waitFor } from './resilience/waiting.ts';
import { type Connector, type Transport, type TransportHooks, UpstreamError } from './transport/transport.ts';

/** Milliseconds until a session that is kept running asks again for room. */
const busyPauseMs = 15_000;
/** Milliseconds after which a running server counts as healthy, so that its next failure counts as the first. */
const soundAfterMs = 60_000;

/** Deadlines in seconds; they are read at each use, since a bundle may change them. */
export interface Deadlines {
  readonly start: number;
  readonly list: number;
}

/** An open transport, with what the server offered when it was opened. */
interface Run {
  readonly transport: Transport;
  readonly catalog: Catalog;
  /** In milliseconds of `performance.now()`. */
  readonly since: number;
  /** Ends it and frees its place. */
  end(): Promise<void>;
}

interface RunOptions {
  readonly connector: Connector;
  readonly key: string;
  readonly watch: boolean;
  readonly hooks: (transport: () => Transport | undefined) => TransportHooks;
  readonly deadlines: Deadlines;
  /** Waits for room for a process; returns a function to call once the process has ended. */
  readonly admit: () => Promise<() => void>;
  /** Aborted when the run isn't needed any longer. */
  readonly signal: AbortSignal;
}

interface SupervisorOptions {
  /** Whether to open it again at once, instead of when somebody needs it. */
  readonly eager: boolean;
  readonly open: (signal: AbortSignal) => Promise<Run>;
  /** Most seconds that a caller waits for it. */
  readonly startTimeoutSeconds: () => number;
  readonly onOpened: (run: Run) => void;
  /** Called with the reason, a clause, if it could not be opened. */
  readonly onFailed: (reason: string) => void;
  /** Called when it ended, by itself or on request. */
  readonly onEnded: (reason: string, planned: boolean) => void;
}

/** Keeps one run of a server: opens it when needed, and again with a growing pause after it breaks. */
interface Supervisor {
  current(): Run | undefined;
  /** The open run, or the one that is being opened. @throws UpstreamError */
  ready(signal: CallSignal): Promise<Run>;
  /** Begins to open it unless it is open. */
  start(): void;
  /** Notes that it broke by itself. */
  broke(transport: Transport | undefined, reason: string): void;
  /** Notes that the server has forgotten it; the next run is opened without a pause. */
  expired(transport: Transport): void;
  /** Ends it for good. */
  stop(): Promise<void>;
  status(): SupervisorStatus;
}

interface SupervisorStatus {
  /** A clause that says what is wrong, if anything is. */
  readonly trouble: string | undefined;
  /** Whether a run is open or being opened. */
  readonly active: boolean;
  /** How often it was opened again after breaking. */
  readonly restarts: number;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { eager, open, startTimeoutSeconds, onOpened, onFailed, onEnded } = options;
  const stopped = new AbortController();
  let live: Run | undefined;
  let starting: Promise<Run> | undefined;
  let stopping: Promise<void> | undefined;
  let nextStart: NodeJS.Timeout | undefined;
  let backoff = startBackoff.next();
  let notBefore = 0;
  /** Why the last start failed, until one succeeds. */
  let failed: string | undefined;
  /** Why it ended by itself, until it runs again. */
  let ended: string | undefined;
  let restarts = 0;

  function start(): Promise<Run> {
    if (live !== undefined) return Promise.resolve(live);
    if (starting === undefined) {
      starting = startOnce().finally(() => {
        starting = undefined;
      });
      // Callers that wait get this failure; if there are none, it has been reported anyway.
      starting.catch(() => {});
    }
    return starting;
  }

  async function startOnce(): Promise<Run> {
    try {
      const pause = notBefore - performance.now();
      if (pause > 0) await sleep(pause, undefined, { signal: stopped.signal });
      stopped.signal.throwIfAborted();
      live = await open(stopped.signal);
    } catch (error) {
      throw startFailed(error);
    }
    if (ended !== undefined) restarts += 1;
    failed = undefined;
    ended = undefined;
    onOpened(live);
    return live;
  }

  function startFailed(error: unknown): UpstreamError {
    if (stopped.signal.aborted) return new UpstreamError('unavailable', 'it was stopped');
    if (error instanceof UpstreamError && error.code === 'busy') {
      if (eager) startIn(busyPauseMs);
      return error;
    }
    // The message may be the server's own words.
    failed = excerpt(messageOf(error), 1000);
    pauseStarts();
    onFailed(failed);
    return new UpstreamError('unavailable', failed);
  }

  function pauseStarts(): void {
    const pause = backoff.duration;
    backoff = backoff.next(undefined);
    notBefore = performance.now() + pause;
    if (eager) startIn(pause);
  }

  function startIn(pause: number): void {
    clearTimeout(nextStart);
    nextStart = setTimeout(() => void start(), pause).unref();
  }

  async function letGo(): Promise<void> {
    const past = live;
    live = undefined;
    await past?.end();
  }

  async function end(): Promise<void> {
    stopped.abort();
    clearTimeout(nextStart);
    const was = live !== undefined;
    await Promise.all([letGo(), starting?.catch(() => {})]);
    if (was) onEnded('it is no longer needed', true);
  }

  return {
    current: () => live,
    start: () => void start(),
    async ready(signal) {
      if (live !== undefined) return live;
      if (stopped.signal.aborted) throw new UpstreamError('unavailable', 'it was stopped');
      const pause = Math.ceil((notBefore - performance.now()) / 1000);
      // After a failed start, callers don't wait for the next attempt. After a break they do, since it worked before.
      if (starting === undefined && failed !== undefined && pause > 0) {
        throw new UpstreamError('unavailable', `${failed}; the next attempt is in ${pause} s`);
      }
      const seconds = startTimeoutSeconds();
      return waitFor(start(), signal, seconds, `it did not start within ${seconds} s`);
    },
    broke(transport, reason) {
      if (live === undefined || live.transport !== transport) return;
      if (performance.now() - live.since > soundAfterMs) backoff = startBackoff.next();
      ended = reason;
      void letGo();
      pauseStarts();
      onEnded(reason, false);
    },
    expired(transport) {
      if (live?.transport !== transport) return;
      void letGo();
      if (eager) void start();
    },
    stop() {
      stopping ??= end();
      return stopping;
    },
    status: () => ({
      trouble: live === undefined ? (failed ?? ended) : undefined,
      active: live !== undefined || starting !== undefined,
      restarts,
    }),
  };
}

/**
 * Opens a transport and reads what the server offers, so that nothing is forwarded to a server that wasn't checked.
 *
 * @throws Error whose message is a clause; by then nothing of the server is left.
 */
export async function openRun(options: RunOptions): Promise<Run> {
  const { connector, key, watch, deadlines, signal } = options;
  const free = await options.admit();
  const late = AbortSignal.timeout(deadlines.start * 1000);
  const either = AbortSignal.any([signal, late]);
  let transport: Transport | undefined;
  try {
    const hooks = options.hooks(() => transport);
    const opened = await connector.connect({ key, watch, signal: either, hooks });
    transport = opened;
    const catalog = await readCatalog(opened, { signal: either, timeoutSeconds: deadlines.list });
    signal.throwIfAborted();
    return { transport, catalog, since: performance.now(), end: () => opened.close().finally(free) };
  } catch (error) {
    await transport?.close();
    free();
    if (late.aborted) throw new UpstreamError('unavailable', `it did not start within ${deadlines.start} s`);
    throw error;
  }
}
