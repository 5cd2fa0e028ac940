import { setTimeout as sleep } from 'node:timers/promises';
import type { CallSignal } from '../kernel/call-signal.ts';
import { messageOf } from '../kernel/errors.ts';
import { excerpt } from '../kernel/redaction.ts';
import { type Catalog, readCatalog } from './catalog.ts';
import { startBackoff, waitFor } from './resilience/waiting.ts';
import { type Connector, type Transport, type TransportHooks, UpstreamError } from './transport/transport.ts';

/** Milliseconds until one that is kept running asks again for room. */
const busyPauseMs = 15_000;
/** Milliseconds after which a server that was up counts as sound, so that its next fall is its first. */
const soundAfterMs = 60_000;

/** Seconds; read at each use, since a bundle may change them. */
export interface Deadlines {
  readonly start: number;
  readonly list: number;
}

/** A transport that is open, with what the server offered when it was opened. */
interface Run {
  readonly transport: Transport;
  readonly catalog: Catalog;
  /** As `performance.now()` tells it. */
  readonly since: number;
  /** Ends it and gives its place to others. */
  end(): Promise<void>;
}

interface RunOptions {
  readonly connector: Connector;
  readonly key: string;
  readonly watch: boolean;
  readonly hooks: (transport: () => Transport | undefined) => TransportHooks;
  readonly deadlines: Deadlines;
  /** Waits for room for a process; returns what to call once it is gone. */
  readonly admit: () => Promise<() => void>;
  /** Aborted when it isn't wanted any longer. */
  readonly signal: AbortSignal;
}

interface SupervisorOptions {
  /** Whether to open it again by itself, not only when somebody needs it. */
  readonly eager: boolean;
  readonly open: (signal: AbortSignal) => Promise<Run>;
  /** Seconds that somebody waits for it at most. */
  readonly startTimeoutSeconds: () => number;
  readonly onOpened: (run: Run) => void;
  /** It could not be opened: why, as a clause. */
  readonly onFailed: (reason: string) => void;
  /** It ended: by itself, or because it was told to. */
  readonly onEnded: (reason: string, planned: boolean) => void;
}

/** Keeps one run of a server: opens it when needed, and again with a growing pause when it breaks. */
interface Supervisor {
  current(): Run | undefined;
  /** The open run, or the one that is being opened. @throws UpstreamError */
  ready(signal: CallSignal): Promise<Run>;
  /** Begins to open it, unless it is open. */
  start(): void;
  /** It broke by itself. */
  broke(transport: Transport | undefined, reason: string): void;
  /** The server has forgotten it; the next one is opened without a pause. */
  expired(transport: Transport): void;
  /** Ends it for good. */
  stop(): Promise<void>;
  status(): SupervisorStatus;
}

interface SupervisorStatus {
  /** Why there is none, as a clause, when that is not as it should be. */
  readonly trouble: string | undefined;
  /** Whether there is one, or one is being opened. */
  readonly active: boolean;
  /** How often it was opened again after it had broken. */
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
  /** Why it ended by itself, until it is up again. */
  let ended: string | undefined;
  let restarts = 0;

  function start(): Promise<Run> {
    if (live !== undefined) return Promise.resolve(live);
    if (starting === undefined) {
      starting = startOnce().finally(() => {
        starting = undefined;
      });
      // Whoever waits hears of a failure; when nobody does, it has been told all the same.
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
    // It may be the server's own words.
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
    if (was) onEnded('it is not needed any longer', true);
  }

  return {
    current: () => live,
    start: () => void start(),
    async ready(signal) {
      if (live !== undefined) return live;
      if (stopped.signal.aborted) throw new UpstreamError('unavailable', 'it was stopped');
      const pause = Math.ceil((notBefore - performance.now()) / 1000);
      // After a failed start nobody waits for the next attempt; after a fall they do, since it was fine before.
      if (starting === undefined && failed !== undefined && pause > 0) {
        throw new UpstreamError('unavailable', `${failed}; the next attempt is in ${pause} s`);
      }
      const seconds = startTimeoutSeconds();
      return waitFor(start(), signal, seconds, `it did not come up within ${seconds} s`);
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
 * Opens a transport and asks what the server offers, so that nothing is forwarded to a server that wasn't looked
 * at.
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
    if (late.aborted)
      throw new UpstreamError('unavailable', `it did not come up within ${deadlines.start} s`);
    throw error;
  }
}
