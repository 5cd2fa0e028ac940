import type { Status } from '@lockstep/model/admin';
import type { CallSignal } from '../kernel/call-signal.ts';
import type { Log } from '../kernel/log.ts';
import { sharedKey, watchKey } from '../protocol/bridge-contract.ts';
import type { Catalog } from './catalog.ts';
import { type Comparison, compareCatalog } from './drift.ts';
import { createQuarantine } from './quarantine.ts';
import { createProcessLimit } from './resilience/process-limit.ts';
import type { Connector, RequestOptions, UpstreamAnswer, UpstreamRequest } from './transport/transport.ts';
import type { UpstreamEvent, UpstreamServer } from './upstream-server.ts';
import { createUpstreamSession, type UpstreamSession } from './upstream-session.ts';

/** Most milliseconds between two checks for idle sessions. */
const maxSweepMs = 15_000;

interface PoolOptions {
  readonly onEvent: (event: UpstreamEvent) => void;
  readonly log: Log;
}

/** All sessions of one server. */
export interface Pool {
  request(key: string, message: UpstreamRequest, options: RequestOptions): Promise<UpstreamAnswer>;
  check(key: string, signal: CallSignal): Promise<void>;
  readonly quarantined: ReadonlyMap<string, string>;
  readonly extras: ReadonlySet<string>;
  health(): Pick<Status['servers'][number], 'state' | 'reason' | 'processes' | 'restarts'>;
  /** Applies changes that need no new process: release, deadlines, limits. */
  update(server: UpstreamServer): void;
  /** Ends the session of one key once its requests in flight are done. */
  release(key: string): void;
  /** Ends every session, each once its requests in flight are done. */
  retire(): Promise<void>;
  /** Ends every session now. */
  stop(): Promise<void>;
}

/** @param connect is called with the server in force, which {@link Pool.update} may change. */
export function createPool(
  first: UpstreamServer,
  connect: (current: () => UpstreamServer) => Connector,
  { onEvent, log }: PoolOptions,
): Pool {
  let server = first;
  const { name } = first;
  const connector = connect(() => server);
  const quarantine = createQuarantine(name, onEvent);
  const sessions = new Map<string, UpstreamSession>();
  /** Sessions that are out of use but still ending. */
  const leaving = new Set<Promise<void>>();
  const comparisons = new WeakMap<Catalog, { release: UpstreamServer['release']; comparison: Comparison }>();
  let pastRestarts = 0;
  let closed = false;

  const bounded = first.launch.type === 'stdio';
  const maxProcesses = () => (bounded ? server.definition.processes.max : Number.POSITIVE_INFINITY);
  const processes = createProcessLimit(name, maxProcesses, () => {
    const idlest = idlestOf(sessions.values());
    return idlest === undefined ? undefined : remove(idlest, 'stop');
  });
  const keptKey = first.definition.isolation === 'shared' ? sharedKey : watchKey;
  const sweeper = setInterval(sweep, Math.min(maxSweepMs, first.definition.processes.idle * 500)).unref();

  function sessionFor(key: string): UpstreamSession {
    const own = connector.stateless() ? keptKey : key;
    const known = sessions.get(own);
    if (known !== undefined) return known;
    const watch = own === keptKey;
    const session = createUpstreamSession({
      server: name,
      key: own,
      watch,
      connector,
      deadlines: () => server.definition.timeouts,
      // The watching session takes free room only; it evicts nobody.
      admit: () => processes.take(!watch || own === sharedKey),
      onCatalog: compare,
      onEvent,
      log,
    });
    sessions.set(own, session);
    return session;
  }

  function remove(session: UpstreamSession, how: 'stop' | 'retire'): Promise<void> {
    if (sessions.get(session.key) === session) sessions.delete(session.key);
    pastRestarts += session.status().restarts;
    const gone = (how === 'stop' ? session.stop() : session.retire()).finally(() => leaving.delete(gone));
    leaving.add(gone);
    compare();
    return gone;
  }

  function compare(): void {
    const catalogs = [...sessions.values()].flatMap((session) => session.catalog() ?? []);
    // Once the pool is closed, what was last seen stays.
    if (!closed && catalogs.length > 0) quarantine.update(catalogs.map(comparisonOf));
  }

  /** Compares each catalog with each release only once. */
  function comparisonOf(catalog: Catalog): Comparison {
    const known = comparisons.get(catalog);
    if (known?.release === server.release) return known.comparison;
    const comparison = compareCatalog(server.release, catalog);
    comparisons.set(catalog, { release: server.release, comparison });
    return comparison;
  }

  function sweep(): void {
    const idleSince = performance.now() - server.definition.processes.idle * 1000;
    for (const session of [...sessions.values()]) {
      const { inFlight, lastUsed } = session.status();
      if (!session.watch && inFlight === 0 && lastUsed < idleSince) void remove(session, 'stop');
    }
    // The watching session had to make room, and now there is some.
    if (!sessions.has(keptKey) && processes.used() < maxProcesses()) sessionFor(keptKey).start();
  }

  sessionFor(keptKey).start();

  return {
    request: (key, message, options) => sessionFor(key).request(message, options),
    check: (key, signal) => sessionFor(key).check(signal),
    quarantined: quarantine.items,
    extras: quarantine.extras,
    health() {
      const all = [...sessions.values()].map((session) => session.status());
      const restarts = all.reduce((sum, status) => sum + status.restarts, pastRestarts);
      const best =
        all.find(({ state }) => state === 'ready') ??
        all.find(({ state }) => state === 'down') ??
        all.find(({ state }) => state === 'starting');
      return {
        state: best?.state ?? 'starting',
        reason: best?.reason ?? null,
        processes: bounded ? processes.used() : 0,
        restarts,
      };
    },
    update(next) {
      server = next;
      compare();
    },
    release(key) {
      const session = sessions.get(key);
      if (session !== undefined && !session.watch) void remove(session, 'retire');
    },
    retire: () => {
      // The next pool checks the server itself.
      quarantine.update([]);
      return close('retire');
    },
    stop: () => close('stop'),
  };

  async function close(how: 'stop' | 'retire'): Promise<void> {
    clearInterval(sweeper);
    closed = true;
    for (const session of [...sessions.values()]) void remove(session, how);
    await Promise.all(leaving);
    await connector.close();
  }
}

/** The session with the longest time since its last request. The one that only watches goes first. */
function idlestOf(sessions: Iterable<UpstreamSession>): UpstreamSession | undefined {
  const idle = [...sessions].filter((session) => {
    const { active, inFlight } = session.status();
    return active && inFlight === 0;
  });
  return idle.toSorted((a, b) => a.status().lastUsed - b.status().lastUsed)[0];
}
