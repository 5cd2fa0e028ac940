import type { Answer, Message, RequestOptions } from './answer.ts';
import type { CallSignal } from './call-signal.ts';
import type { Connector } from './connector.ts';
import { type Comparison, compareOffering } from './drift.ts';
import type { FleetEvent } from './events.ts';
import { createInstance, type Instance } from './instance.ts';
import { sharedKey, watchKey } from './keys.ts';
import type { FleetServer } from './launch.ts';
import type { Log } from './log.ts';
import type { Offering } from './offering.ts';
import { createQuarantine } from './quarantine.ts';
import { createSlots } from './slots.ts';

/** Milliseconds between two looks for idle instances, at most. */
const longestSweep = 15_000;

export interface GroupOptions {
  readonly onEvent: (event: FleetEvent) => void;
  readonly log: Log;
}

export interface GroupHealth {
  readonly state: 'starting' | 'ready' | 'down';
  readonly reason?: string;
  readonly processes: number;
  readonly restarts: number;
}

/** All instances of one server. */
export interface Group {
  request(key: string, message: Message, options: RequestOptions): Promise<Answer>;
  check(key: string, signal: CallSignal): Promise<void>;
  readonly quarantined: ReadonlyMap<string, string>;
  readonly extras: ReadonlySet<string>;
  health(): GroupHealth;
  /** Takes what may change without a new process: release, deadlines, bounds. */
  update(server: FleetServer): void;
  /** Ends the instance of one key, once its requests in flight are done. */
  release(key: string): void;
  /** Ends every instance, each once its requests in flight are done. */
  retire(): Promise<void>;
  /** Ends every instance now. */
  stop(): Promise<void>;
}

/** @param makeConnector is given what is in force now, since {@link Group.update} may change it. */
export function createGroup(
  first: FleetServer,
  makeConnector: (current: () => FleetServer) => Connector,
  { onEvent, log }: GroupOptions,
): Group {
  let server = first;
  const { name } = first;
  const connector = makeConnector(() => server);
  const quarantine = createQuarantine(name, onEvent);
  const instances = new Map<string, Instance>();
  /** Taken out of use, but not gone yet. */
  const leaving = new Set<Promise<void>>();
  const comparisons = new WeakMap<Offering, { release: FleetServer['release']; comparison: Comparison }>();
  let pastRestarts = 0;
  let closed = false;

  const bounded = first.launch.type === 'stdio';
  const mostProcesses = () => (bounded ? server.definition.processes.max : Number.POSITIVE_INFINITY);
  const slots = createSlots(name, mostProcesses, () => {
    const idlest = idlestOf(instances.values());
    return idlest === undefined ? undefined : remove(idlest, 'stop');
  });
  const keptKey = first.definition.isolation === 'shared' ? sharedKey : watchKey;
  const sweeper = setInterval(sweep, Math.min(longestSweep, first.definition.processes.idle * 500)).unref();

  function instanceFor(key: string): Instance {
    const own = connector.stateless() ? keptKey : key;
    const known = instances.get(own);
    if (known !== undefined) return known;
    const watch = own === keptKey;
    const instance = createInstance({
      server: name,
      key: own,
      watch,
      connector,
      deadlines: () => server.definition.timeouts,
      // The watching instance takes what room is left; it drives nobody out.
      admit: () => slots.take(!watch || own === sharedKey),
      onOffering: compare,
      onEvent,
      log,
    });
    instances.set(own, instance);
    return instance;
  }

  function remove(instance: Instance, how: 'stop' | 'retire'): Promise<void> {
    if (instances.get(instance.key) === instance) instances.delete(instance.key);
    pastRestarts += instance.status().restarts;
    const gone = (how === 'stop' ? instance.stop() : instance.retire()).finally(() => leaving.delete(gone));
    leaving.add(gone);
    compare();
    return gone;
  }

  function compare(): void {
    const offerings = [...instances.values()].flatMap((instance) => instance.offering() ?? []);
    // When nobody looks any more, what was last seen stands.
    if (!closed && offerings.length > 0) quarantine.update(offerings.map(comparisonOf));
  }

  /** Compared once per offering and release. */
  function comparisonOf(offering: Offering): Comparison {
    const known = comparisons.get(offering);
    if (known?.release === server.release) return known.comparison;
    const comparison = compareOffering(server.release, offering);
    comparisons.set(offering, { release: server.release, comparison });
    return comparison;
  }

  function sweep(): void {
    const idleSince = performance.now() - server.definition.processes.idle * 1000;
    for (const instance of [...instances.values()]) {
      const { inFlight, lastUsed } = instance.status();
      if (!instance.watch && inFlight === 0 && lastUsed < idleSince) void remove(instance, 'stop');
    }
    // The watching instance had to make room; now there is some.
    if (!instances.has(keptKey) && slots.used() < mostProcesses()) instanceFor(keptKey).start();
  }

  instanceFor(keptKey).start();

  return {
    request: (key, message, options) => instanceFor(key).request(message, options),
    check: (key, signal) => instanceFor(key).check(signal),
    quarantined: quarantine.items,
    extras: quarantine.extras,
    health() {
      const all = [...instances.values()].map((instance) => instance.status());
      const restarts = all.reduce((sum, status) => sum + status.restarts, pastRestarts);
      const best =
        all.find(({ state }) => state === 'ready') ??
        all.find(({ state }) => state === 'down') ??
        all.find(({ state }) => state === 'starting');
      const reason = best?.reason === undefined ? {} : { reason: best.reason };
      return { state: best?.state ?? 'starting', ...reason, processes: bounded ? slots.used() : 0, restarts };
    },
    update(next) {
      server = next;
      compare();
    },
    release(key) {
      const instance = instances.get(key);
      if (instance !== undefined && !instance.watch) void remove(instance, 'retire');
    },
    retire: () => {
      // Its successor looks for itself.
      quarantine.update([]);
      return close('retire');
    },
    stop: () => close('stop'),
  };

  async function close(how: 'stop' | 'retire'): Promise<void> {
    clearInterval(sweeper);
    closed = true;
    for (const instance of [...instances.values()]) void remove(instance, how);
    await Promise.all(leaving);
    await connector.close();
  }
}

/** The instance that has been without work for longest; the one that only watches is the first to go. */
function idlestOf(instances: Iterable<Instance>): Instance | undefined {
  const idle = [...instances].filter((instance) => {
    const { active, inFlight } = instance.status();
    return active && inFlight === 0;
  });
  return idle.toSorted((a, b) => a.status().lastUsed - b.status().lastUsed)[0];
}
