import { isDeepStrictEqual } from 'node:util';
import type { Status } from '@lockstep/model/admin';
import type { Release } from '@lockstep/model/internal';
import type { CallSignal } from '../kernel/call-signal.ts';
import { connectorFor, type HostOptions } from './connectors.ts';
import { createPool, type Pool } from './pool.ts';
import { type Reaper, startReaper } from './stdio/reaper.ts';
import {
  type RequestOptions,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from './transport/transport.ts';
import type { Launch, UpstreamEvent, UpstreamServer } from './upstream-server.ts';

interface UpstreamsOptions extends Omit<HostOptions, 'reaper'> {
  readonly onEvent: (event: UpstreamEvent) => void;
}

/** The health of one server, as `GET /status` shows it. */
export type ServerHealth = Status['servers'][number];

/** Every server of the bundle in force, run here or remote. */
export interface Upstreams {
  /**
   * Sends a request to a server, in the session of an isolation key. Starts the session if there is none.
   *
   * @throws UpstreamError if there is no answer.
   */
  request(
    server: string,
    key: string,
    message: UpstreamRequest,
    options: RequestOptions,
  ): Promise<UpstreamAnswer>;
  /**
   * Compares what that session offers now with the pinned release; see {@link Upstreams.quarantine} for the result.
   *
   * @throws UpstreamError if it doesn't say what it offers.
   */
  verify(server: string, key: string, options: { signal: CallSignal }): Promise<void>;
  /** Why an item is refused, by item (`tools/name`, `prompts/name`, `resourceTemplates/template`, `instructions`). */
  quarantine(server: string): ReadonlyMap<string, string>;
  /** Whether a server isn't run on this host on purpose. */
  isAbsent(server: string): boolean;
  /** The release that a server is compared with now; undefined for a server that this environment doesn't have. */
  release(server: string): Release | undefined;
  /** Whether a server offers an item that nobody reviewed. */
  offersUnlocked(server: string, item: string): boolean;
  health(): ServerHealth[];
  /** Replaces the set of servers. Unchanged servers keep their processes; removed ones finish their calls first. */
  update(servers: readonly UpstreamServer[]): Promise<void>;
  /** Ends the sessions of an isolation key, each once its calls in flight are done. */
  releaseKey(key: string): void;
  /** Ends everything now. */
  close(): Promise<void>;
}

interface Member {
  server: UpstreamServer;
  /** Absent if the server isn't run on this host. */
  readonly pool?: Pool;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** Starts every server. No server delays another one, or this function's return. */
export function createUpstreams(servers: readonly UpstreamServer[], options: UpstreamsOptions): Upstreams {
  const members = new Map<string, Member>();
  /** Pools that still have calls in flight. */
  const leaving = new Set<Pool>();
  let reaper: Reaper | undefined;

  const host = {
    ...options,
    reaper: () => {
      reaper ??= startReaper();
      return reaper;
    },
  };

  const add = (server: UpstreamServer) => {
    if (server.launch.type === 'absent') members.set(server.name, { server });
    else
      members.set(server.name, {
        server,
        pool: createPool(server, (current) => connectorFor(current, host), options),
      });
  };

  const retire = ({ pool }: Member) => {
    if (pool === undefined) return;
    leaving.add(pool);
    void pool.retire().finally(() => leaving.delete(pool));
  };

  const poolOf = (name: string): Pool => {
    const member = members.get(name);
    if (member?.pool !== undefined) return member.pool;
    const launch: Launch | undefined = member?.server.launch;
    const reason = launch?.type === 'absent' ? launch.reason : 'this environment has no such server';
    throw new UpstreamError('absent', `it is not run here: ${reason}`);
  };

  for (const server of servers) add(server);

  return {
    request: async (server, key, message, requestOptions) =>
      await poolOf(server).request(key, message, requestOptions),
    verify: async (server, key, { signal }) => await poolOf(server).check(key, signal),
    quarantine: (server) => members.get(server)?.pool?.quarantined ?? nothing,
    isAbsent: (server) => members.get(server)?.server.launch.type === 'absent',
    release: (server) => members.get(server)?.server.release,
    offersUnlocked: (server, item) => members.get(server)?.pool?.extras.has(item) === true,
    health: () => [...members.values()].map(healthOf),
    async update(next) {
      const names = new Set(next.map(({ name }) => name));
      for (const [name, member] of members) {
        if (names.has(name)) continue;
        members.delete(name);
        retire(member);
      }
      for (const server of next) {
        const member = members.get(server.name);
        if (member?.pool !== undefined && runsAlike(member.server, server)) {
          member.server = server;
          member.pool.update(server);
        } else {
          add(server);
          if (member !== undefined) retire(member);
        }
      }
    },
    releaseKey(key) {
      for (const { pool } of members.values()) pool?.release(key);
    },
    async close() {
      const pools = [...members.values()].flatMap(({ pool }) => pool ?? []);
      await Promise.all([...pools, ...leaving].map((pool) => pool.stop()));
      reaper?.close();
    },
  };
}

function healthOf({ server: { name, release, launch }, pool }: Member): ServerHealth {
  const tools = Object.keys(release.tools).length;
  if (pool !== undefined) {
    return { server: name, ...pool.health(), tools, quarantined: pool.quarantined.size };
  }
  const reason = launch.type === 'absent' ? launch.reason : 'unknown';
  return { server: name, state: 'absent', reason, processes: 0, restarts: 0, tools, quarantined: 0 };
}

/** Whether the processes of one can serve as the other's; all other differences can be applied while they run. */
function runsAlike(a: UpstreamServer, b: UpstreamServer): boolean {
  const parts = ({ launch, definition: { isolation, needs } }: UpstreamServer) => [launch, isolation, needs];
  return isDeepStrictEqual(parts(a), parts(b));
}
