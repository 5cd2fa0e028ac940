import { randomUUID } from 'node:crypto';
import { CallAbort } from '../kernel/call-signal.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { sharedKey, watchKey } from '../protocol/bridge-contract.ts';
import type { RequestId } from '../protocol/json-rpc.ts';
import { createProcessLimit } from '../upstream/resilience/process-limit.ts';
import {
  type Connector,
  type RequestOptions,
  type Transport,
  type TransportHooks,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from '../upstream/transport/transport.ts';

/** Most milliseconds between two checks for idle processes. */
const maxSweepMs = 15_000;

interface SessionsOptions {
  readonly connector: Connector;
  /** Most processes at once. */
  readonly max: number;
  /** Seconds without a call after which a process ends. */
  readonly idle: number;
  /** Seconds in which a process must start. */
  readonly timeoutSeconds: number;
  readonly log: Log;
}

/** The processes of one server. A session never gets another process, so the gateway checks each process first. */
export interface BridgeSessions {
  /**
   * Starts the process of an isolation key. An earlier process of that key ends once its calls are done.
   *
   * @throws UpstreamError `busy` if every process is in use, `unavailable` if it doesn't start.
   */
  open(key: string, signal: AbortSignal): Promise<BridgeSession>;
  /** The session with that id, if it belongs to this key. */
  find(id: string, key: string): BridgeSession | undefined;
  /** Ends a session once its calls are done; settles when its process has ended. */
  end(session: BridgeSession): Promise<void>;
  /** Whether the server has started at least once. */
  proven(): boolean;
  /** Ends the streams that follow a session. */
  stopFollowing(): void;
  /** Ends all sessions now. */
  close(): Promise<void>;
}

/** A process that is starting. */
interface Start {
  readonly key: string;
  /** Gives up the start; settles when nothing of it is left. */
  stop(): Promise<void>;
}

export function createBridgeSessions({
  connector,
  max,
  idle,
  timeoutSeconds,
  log,
}: SessionsOptions): BridgeSessions {
  const sessions = new Map<string, BridgeSession>();
  const places = new WeakMap<BridgeSession, () => void>();
  /** Sessions that nobody can use any more, until their processes end. */
  const leaving = new Map<BridgeSession, Promise<void>>();
  const starting = new Set<Start>();
  let proven = false;
  const evict = () => {
    const going = [...leaving].find(([session]) => !session.busy());
    if (going !== undefined) return going[1];
    const watching = [...starting].find(({ key }) => key === watchKey);
    if (watching !== undefined) return watching.stop();
    const idlest = idlestOf(sessions.values());
    if (idlest === undefined) return undefined;
    const gone = end(idlest);
    // If the gateway is just checking this process, it will check again.
    void idlest.transport.close();
    return gone;
  };
  const processes = createProcessLimit('this server', () => max, evict);
  const sweeper = setInterval(sweep, Math.min(maxSweepMs, idle * 500)).unref();

  async function open(key: string, signal: AbortSignal): Promise<BridgeSession> {
    await endEarlier(key);
    // The gateway's own check of the server takes free room only; it evicts nobody.
    const free = await processes.take(key !== watchKey);
    const given = new AbortController();
    const opening = openIn(free, key, AbortSignal.any([signal, given.signal]));
    const underWay: Start = {
      key,
      stop: async () => {
        given.abort(new UpstreamError('busy', 'another process needed its place'));
        await opening.catch(() => {});
      },
    };
    starting.add(underWay);
    return opening.finally(() => starting.delete(underWay));
  }

  async function openIn(free: () => void, key: string, signal: AbortSignal): Promise<BridgeSession> {
    let session: BridgeSession | undefined;
    let ended: string | undefined;
    const hooks: TransportHooks = {
      onListChanged: () => {
        for (const { onListChanged } of session?.followers ?? []) onListChanged();
      },
      onClosed: (reason) => {
        ended = reason;
        if (session !== undefined) broke(session, reason);
      },
    };
    try {
      const transport = await start(key, signal, hooks);
      if (ended !== undefined) throw new UpstreamError('unavailable', ended);
      session = createBridgeSession(key, transport);
    } catch (error) {
      free();
      throw error;
    }
    proven = true;
    places.set(session, free);
    sessions.set(session.id, session);
    log.info(
      { key, pid: session.transport.pid, processes: processes.used() },
      'a process of the server is up',
    );
    return session;
  }

  async function start(key: string, signal: AbortSignal, hooks: TransportHooks): Promise<Transport> {
    const late = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const either = AbortSignal.any([signal, late]);
      const transport = await connector.connect({ key, watch: false, signal: either, hooks });
      if (signal.aborted) await transport.close();
      signal.throwIfAborted();
      return transport;
    } catch (error) {
      if (signal.aborted && signal.reason instanceof UpstreamError) throw signal.reason;
      const reason = late.aborted ? `it did not start within ${timeoutSeconds} s` : messageOf(error);
      log.warn({ key, reason }, 'a process of the server did not start');
      throw new UpstreamError('unavailable', reason);
    }
  }

  /** A restarted gateway doesn't know its earlier sessions; two processes of a key would share a folder. */
  async function endEarlier(key: string): Promise<void> {
    for (const session of [...sessions.values()]) if (session.key === key) void end(session);
    for (const [session, gone] of [...leaving]) if (session.key === key && !session.busy()) await gone;
  }

  async function end(session: BridgeSession): Promise<void> {
    if (!sessions.delete(session.id)) return leaving.get(session);
    log.info({ key: session.key }, 'a process of the server is no longer needed');
    await leave(session, undefined);
  }

  function broke(session: BridgeSession, reason: string): void {
    if (!sessions.delete(session.id)) return;
    log.warn({ key: session.key, reason }, 'a process of the server ended by itself');
    void leave(session, reason);
  }

  function leave(session: BridgeSession, reason: string | undefined): Promise<void> {
    for (const { onOver } of session.followers) onOver(reason);
    const gone = session
      .drained()
      .then(() => session.transport.close())
      .finally(() => {
        places.get(session)?.();
        leaving.delete(session);
      });
    leaving.set(session, gone);
    return gone;
  }

  function sweep(): void {
    const idleSince = performance.now() - idle * 1000;
    for (const session of [...sessions.values()]) {
      if (!isKept(session) && !session.busy() && session.lastUsed() < idleSince) void end(session);
    }
  }

  return {
    open,
    end,
    find(id, key) {
      const session = sessions.get(id);
      return session?.key === key ? session : undefined;
    },
    proven: () => proven,
    stopFollowing() {
      for (const { onOver } of [...sessions.values()].flatMap(({ followers }) => [...followers])) {
        onOver(undefined);
      }
    },
    async close() {
      clearInterval(sweeper);
      await Promise.all([...starting].map(({ stop }) => stop()));
      for (const session of [...sessions.values()]) void end(session);
      // Calls that are still in flight fail now, so that none is left.
      await Promise.all([...leaving].map(([session, gone]) => session.transport.close().then(() => gone)));
      await connector.close();
    },
  };
}

/** Whether the gateway keeps this process running even without calls. */
function isKept({ key }: BridgeSession): boolean {
  return key === watchKey || key === sharedKey;
}

/** The session with the longest time since its last call. The one that only watches goes first. */
function idlestOf(sessions: Iterable<BridgeSession>): BridgeSession | undefined {
  const since = (session: BridgeSession) => (session.key === watchKey ? 0 : session.lastUsed());
  const mayEnd = (session: BridgeSession) => session.key === watchKey || !session.busy();
  return [...sessions].filter(mayEnd).toSorted((a, b) => since(a) - since(b))[0];
}

/** Methods with which the gateway checks what a server offers; they don't count as use. */
const looks: ReadonlySet<string> = new Set(['tools/list', 'prompts/list', 'resources/templates/list']);

/** Follows a session's process. */
interface SessionFollower {
  /** Called when the server says that one of its lists has changed. */
  readonly onListChanged: () => void;
  /** Called when the session is over; `reason` is a clause if the process ended by itself. */
  readonly onOver: (reason: string | undefined) => void;
}

/** One process of the server, and the gateway's session with it. */
export interface BridgeSession {
  readonly id: string;
  /** The isolation key whose calls it serves. */
  readonly key: string;
  readonly transport: Transport;
  readonly followers: Set<SessionFollower>;
  /** When the last call came, in milliseconds of `performance.now()`. */
  lastUsed(): number;
  /** Whether a call is in flight. */
  busy(): boolean;
  /** Whether a call with that id is in flight. */
  has(id: RequestId): boolean;
  /** Sends a request to the process. @throws UpstreamError if there is no answer. */
  call(
    id: RequestId,
    message: UpstreamRequest,
    options: Omit<RequestOptions, 'signal'>,
  ): Promise<UpstreamAnswer>;
  /** Cancels a call if it is still in flight. */
  cancel(id: RequestId): void;
  /** Settles once no call is in flight. */
  drained(): Promise<void>;
}

function createBridgeSession(key: string, transport: Transport): BridgeSession {
  const calls = new Map<RequestId, CallAbort>();
  const waiting: (() => void)[] = [];
  let lastUsed = performance.now();
  return {
    id: randomUUID(),
    key,
    transport,
    followers: new Set(),
    lastUsed: () => lastUsed,
    busy: () => calls.size > 0,
    has: (id) => calls.has(id),
    async call(id, message, options) {
      if (!looks.has(message.method)) lastUsed = performance.now();
      const signal = new CallAbort();
      calls.set(id, signal);
      try {
        return await transport.request(message, { ...options, signal });
      } finally {
        calls.delete(id);
        if (calls.size === 0) for (const resolve of waiting.splice(0)) resolve();
      }
    },
    cancel: (id) => calls.get(id)?.abort(),
    drained: () => (calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
