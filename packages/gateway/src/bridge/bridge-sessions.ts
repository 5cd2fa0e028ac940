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

/** Milliseconds between two looks for idle processes, at most. */
const maxSweepMs = 15_000;

interface SessionsOptions {
  readonly connector: Connector;
  /** Processes at once. */
  readonly max: number;
  /** Seconds without a call after which a process is ended. */
  readonly idle: number;
  /** Seconds in which a process must come up. */
  readonly timeoutSeconds: number;
  readonly log: Log;
}

/** The processes of one server. A session never gets another process, so that the gateway looks at each one first. */
export interface BridgeSessions {
  /**
   * Starts the process of an isolation key; an earlier one of that key ends once its calls are done.
   *
   * @throws UpstreamError `busy` when every process is in use, `unavailable` when it doesn't come up.
   */
  open(key: string, signal: AbortSignal): Promise<BridgeSession>;
  /** The session of that id, where it is this key's. */
  find(id: string, key: string): BridgeSession | undefined;
  /** Ends a session once its calls are done; settles when its process is gone. */
  end(session: BridgeSession): Promise<void>;
  /** Whether the server has come up at least once. */
  proven(): boolean;
  /** Ends the streams of those who follow a session. */
  stopFollowing(): void;
  /** Ends all of them now. */
  close(): Promise<void>;
}

/** A process that comes up. */
interface Start {
  readonly key: string;
  /** Gives it up; settles when nothing of it is left. */
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
  /** Sessions that nobody can use any more, until their processes are gone. */
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
    // Should the gateway just be looking at it, it looks again.
    void idlest.transport.close();
    return gone;
  };
  const processes = createProcessLimit('this server', () => max, evict);
  const sweeper = setInterval(sweep, Math.min(maxSweepMs, idle * 500)).unref();

  async function open(key: string, signal: AbortSignal): Promise<BridgeSession> {
    await endEarlier(key);
    // The gateway's own look at the server takes what room is left; it drives nobody out.
    const free = await processes.take(key !== watchKey);
    const given = new AbortController();
    const opening = openIn(free, key, AbortSignal.any([signal, given.signal]));
    const underWay: Start = {
      key,
      stop: async () => {
        given.abort(new UpstreamError('busy', 'its place was needed'));
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
      const reason = late.aborted ? `it did not come up within ${timeoutSeconds} s` : messageOf(error);
      log.warn({ key, reason }, 'a process of the server did not come up');
      throw new UpstreamError('unavailable', reason);
    }
  }

  /** A gateway that was started anew knows nothing of its earlier sessions; two processes would share a folder. */
  async function endEarlier(key: string): Promise<void> {
    for (const session of [...sessions.values()]) if (session.key === key) void end(session);
    for (const [session, gone] of [...leaving]) if (session.key === key && !session.busy()) await gone;
  }

  async function end(session: BridgeSession): Promise<void> {
    if (!sessions.delete(session.id)) return leaving.get(session);
    log.info({ key: session.key }, 'a process of the server is not needed any longer');
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
      // Whatever is still in flight fails now, and then nothing is.
      await Promise.all([...leaving].map(([session, gone]) => session.transport.close().then(() => gone)));
      await connector.close();
    },
  };
}

/** Processes that the gateway keeps running, whether they are called or not. */
function isKept({ key }: BridgeSession): boolean {
  return key === watchKey || key === sharedKey;
}

/** The session that has been without a call for longest; the one that only watches is the first to go. */
function idlestOf(sessions: Iterable<BridgeSession>): BridgeSession | undefined {
  const since = (session: BridgeSession) => (session.key === watchKey ? 0 : session.lastUsed());
  const mayEnd = (session: BridgeSession) => session.key === watchKey || !session.busy();
  return [...sessions].filter(mayEnd).toSorted((a, b) => since(a) - since(b))[0];
}

/** Methods by which the gateway looks at what a server offers; they don't keep a process from being idle. */
const looks: ReadonlySet<string> = new Set(['tools/list', 'prompts/list', 'resources/templates/list']);

/** Follows what becomes of a session's process. */
interface SessionFollower {
  /** The server says that one of its lists has changed. */
  readonly onListChanged: () => void;
  /** The session is over; `reason` is a clause, where the process ended by itself. */
  readonly onOver: (reason: string | undefined) => void;
}

/** One process of the server, and the gateway's session with it. */
export interface BridgeSession {
  readonly id: string;
  /** The isolation key whose calls it serves. */
  readonly key: string;
  readonly transport: Transport;
  readonly followers: Set<SessionFollower>;
  /** When a call came last, as `performance.now()` tells it. */
  lastUsed(): number;
  /** Whether a call is in flight. */
  busy(): boolean;
  /** Whether a call of that id is in flight. */
  has(id: RequestId): boolean;
  /** Asks the process. @throws UpstreamError when there is no answer. */
  call(
    id: RequestId,
    message: UpstreamRequest,
    options: Omit<RequestOptions, 'signal'>,
  ): Promise<UpstreamAnswer>;
  /** Gives up a call, when it is still in flight. */
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
