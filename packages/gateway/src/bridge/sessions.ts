import { messageOf } from '../kernel/errors.ts';
import { UpstreamError } from '../upstream/answer.ts';
import type { Connection, ConnectionHooks } from '../upstream/connection.ts';
import type { Connector } from '../upstream/connector.ts';
import { sharedKey, watchKey } from '../upstream/keys.ts';
import type { Log } from '../upstream/log.ts';
import { createSlots } from '../upstream/slots.ts';
import { createSession, type Session } from './session.ts';

/** Milliseconds between two looks for idle processes, at most. */
const longestSweep = 15_000;

export interface SessionsOptions {
  readonly connector: Connector;
  /** Processes at once. */
  readonly max: number;
  /** Seconds without a call after which a process is ended. */
  readonly idle: number;
  /** Seconds in which a process must come up. */
  readonly timeout: number;
  readonly log: Log;
}

/** The processes of one server. A session never gets another process, so that the gateway looks at each one first. */
export interface Sessions {
  /**
   * Starts the process of an isolation key; an earlier one of that key ends once its calls are done.
   *
   * @throws UpstreamError `busy` when every process is in use, `unavailable` when it doesn't come up.
   */
  open(key: string, signal: AbortSignal): Promise<Session>;
  /** The session of that id, where it is this key's. */
  find(id: string, key: string): Session | undefined;
  /** Ends a session once its calls are done; settles when its process is gone. */
  end(session: Session): Promise<void>;
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

export function createSessions({ connector, max, idle, timeout, log }: SessionsOptions): Sessions {
  const sessions = new Map<string, Session>();
  const places = new WeakMap<Session, () => void>();
  /** Sessions that nobody can use any more, until their processes are gone. */
  const leaving = new Map<Session, Promise<void>>();
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
    void idlest.connection.close();
    return gone;
  };
  const slots = createSlots('this server', () => max, evict);
  const sweeper = setInterval(sweep, Math.min(longestSweep, idle * 500)).unref();

  async function open(key: string, signal: AbortSignal): Promise<Session> {
    await endEarlier(key);
    // The gateway's own look at the server takes what room is left; it drives nobody out.
    const free = await slots.take(key !== watchKey);
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

  async function openIn(free: () => void, key: string, signal: AbortSignal): Promise<Session> {
    let session: Session | undefined;
    let ended: string | undefined;
    const hooks: ConnectionHooks = {
      onListChanged: () => {
        for (const { onListChanged } of session?.followers ?? []) onListChanged();
      },
      onClosed: (reason) => {
        ended = reason;
        if (session !== undefined) broke(session, reason);
      },
    };
    try {
      const connection = await start(key, signal, hooks);
      if (ended !== undefined) throw new UpstreamError('unavailable', ended);
      session = createSession(key, connection);
    } catch (error) {
      free();
      throw error;
    }
    proven = true;
    places.set(session, free);
    sessions.set(session.id, session);
    log.info({ key, pid: session.connection.pid, processes: slots.used() }, 'a process of the server is up');
    return session;
  }

  async function start(key: string, signal: AbortSignal, hooks: ConnectionHooks): Promise<Connection> {
    const late = AbortSignal.timeout(timeout * 1000);
    try {
      const either = AbortSignal.any([signal, late]);
      const connection = await connector.connect({ key, watch: false, signal: either, hooks });
      if (signal.aborted) await connection.close();
      signal.throwIfAborted();
      return connection;
    } catch (error) {
      if (signal.aborted && signal.reason instanceof UpstreamError) throw signal.reason;
      const reason = late.aborted ? `it did not come up within ${timeout} s` : messageOf(error);
      log.warn({ key, reason }, 'a process of the server did not come up');
      throw new UpstreamError('unavailable', reason);
    }
  }

  /** A gateway that was started anew knows nothing of its earlier sessions; two processes would share a folder. */
  async function endEarlier(key: string): Promise<void> {
    for (const session of [...sessions.values()]) if (session.key === key) void end(session);
    for (const [session, gone] of [...leaving]) if (session.key === key && !session.busy()) await gone;
  }

  async function end(session: Session): Promise<void> {
    if (!sessions.delete(session.id)) return leaving.get(session);
    log.info({ key: session.key }, 'a process of the server is not needed any longer');
    await leave(session, undefined);
  }

  function broke(session: Session, reason: string): void {
    if (!sessions.delete(session.id)) return;
    log.warn({ key: session.key, reason }, 'a process of the server ended by itself');
    void leave(session, reason);
  }

  function leave(session: Session, reason: string | undefined): Promise<void> {
    for (const { onOver } of session.followers) onOver(reason);
    const gone = session
      .drained()
      .then(() => session.connection.close())
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
      await Promise.all([...leaving].map(([session, gone]) => session.connection.close().then(() => gone)));
      await connector.close();
    },
  };
}

/** Processes that the gateway keeps running, whether they are called or not. */
function isKept({ key }: Session): boolean {
  return key === watchKey || key === sharedKey;
}

/** The session that has been without a call for longest; the one that only watches is the first to go. */
function idlestOf(sessions: Iterable<Session>): Session | undefined {
  const since = (session: Session) => (session.key === watchKey ? 0 : session.lastUsed());
  const mayEnd = (session: Session) => session.key === watchKey || !session.busy();
  return [...sessions].filter(mayEnd).toSorted((a, b) => since(a) - since(b))[0];
}
