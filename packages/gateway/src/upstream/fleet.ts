import { isDeepStrictEqual } from 'node:util';
import type { Release } from '@lockstep/model/internal';
import { type Answer, type Message, type RequestOptions, UpstreamError } from './answer.ts';
import type { CallSignal } from './call-signal.ts';
import type { FleetEvent } from './events.ts';
import { createGroup, type Group } from './group.ts';
import type { FleetServer, Launch } from './launch.ts';
import { type HostOptions, makeConnector } from './make-connector.ts';
import { type Reaper, startReaper } from './stdio/reaper.ts';

export type { FleetEvent } from './events.ts';
export type { FleetServer, Launch } from './launch.ts';

export interface FleetOptions extends Omit<HostOptions, 'reaper'> {
  readonly onEvent: (event: FleetEvent) => void;
}

export interface ServerHealth {
  readonly server: string;
  readonly state: 'starting' | 'ready' | 'down' | 'absent';
  /** A clause, where the state isn't `ready`. */
  readonly reason?: string;
  readonly processes: number;
  /** How often an instance was started again after it had ended by itself. */
  readonly restarts: number;
  /** Locked tools. */
  readonly tools: number;
  /** Items in quarantine. */
  readonly quarantined: number;
}

/** Every server of the bundle in force, running or reached. */
export interface Fleet {
  /**
   * Asks a server, in the instance of an isolation key, which is started when there is none.
   *
   * @throws UpstreamError when there is no answer.
   */
  request(server: string, key: string, message: Message, options: RequestOptions): Promise<Answer>;
  /**
   * Compares what that instance offers now with the pinned release; {@link Fleet.quarantine} then tells.
   *
   * @throws UpstreamError when it doesn't say what it offers.
   */
  verify(server: string, key: string, options: { signal: CallSignal }): Promise<void>;
  /** By item (`tools/name`, `prompts/name`, `resourceTemplates/template`, `instructions`), why it is refused. */
  quarantine(server: string): ReadonlyMap<string, string>;
  /** The release that a server is held to now; undefined for one that this environment has not. */
  release(server: string): Release | undefined;
  /** Whether a server offers an item that was never reviewed. */
  offersUnlocked(server: string, item: string): boolean;
  health(): ServerHealth[];
  /** Takes another set of servers. What is unchanged keeps its processes; what goes finishes its calls first. */
  update(servers: readonly FleetServer[]): Promise<void>;
  /** Ends the instances of an isolation key, each once its calls in flight are done. */
  releaseKey(key: string): void;
  /** Ends everything now. */
  close(): Promise<void>;
}

interface Member {
  server: FleetServer;
  /** Absent when the server isn't run on this host. */
  readonly group?: Group;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** Starts every server; none of them delays another, or the return of this. */
export function createFleet(servers: readonly FleetServer[], options: FleetOptions): Fleet {
  const members = new Map<string, Member>();
  /** Groups whose last calls are still in flight. */
  const leaving = new Set<Group>();
  let reaper: Reaper | undefined;

  const host = {
    ...options,
    reaper: () => {
      reaper ??= startReaper();
      return reaper;
    },
  };

  const add = (server: FleetServer) => {
    if (server.launch.type === 'absent') members.set(server.name, { server });
    else
      members.set(server.name, {
        server,
        group: createGroup(server, (current) => makeConnector(current, host), options),
      });
  };

  const retire = ({ group }: Member) => {
    if (group === undefined) return;
    leaving.add(group);
    void group.retire().finally(() => leaving.delete(group));
  };

  const groupOf = (name: string): Group => {
    const member = members.get(name);
    if (member?.group !== undefined) return member.group;
    const launch: Launch | undefined = member?.server.launch;
    const reason = launch?.type === 'absent' ? launch.reason : 'this environment has no such server';
    throw new UpstreamError('absent', `it is not run here: ${reason}`);
  };

  for (const server of servers) add(server);

  return {
    request: async (server, key, message, requestOptions) =>
      await groupOf(server).request(key, message, requestOptions),
    verify: async (server, key, { signal }) => await groupOf(server).check(key, signal),
    quarantine: (server) => members.get(server)?.group?.quarantined ?? nothing,
    release: (server) => members.get(server)?.server.release,
    offersUnlocked: (server, item) => members.get(server)?.group?.extras.has(item) === true,
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
        if (member?.group !== undefined && runsAlike(member.server, server)) {
          member.server = server;
          member.group.update(server);
        } else {
          add(server);
          if (member !== undefined) retire(member);
        }
      }
    },
    releaseKey(key) {
      for (const { group } of members.values()) group?.release(key);
    },
    async close() {
      const groups = [...members.values()].flatMap(({ group }) => group ?? []);
      await Promise.all([...groups, ...leaving].map((group) => group.stop()));
      reaper?.close();
    },
  };
}

function healthOf({ server: { name, release, launch }, group }: Member): ServerHealth {
  const tools = Object.keys(release.tools).length;
  if (group !== undefined) {
    return { server: name, ...group.health(), tools, quarantined: group.quarantined.size };
  }
  const reason = launch.type === 'absent' ? launch.reason : 'unknown';
  return { server: name, state: 'absent', reason, processes: 0, restarts: 0, tools, quarantined: 0 };
}

/** Whether the processes of the one can serve as the other: what else differs is taken while they run. */
function runsAlike(a: FleetServer, b: FleetServer): boolean {
  const parts = ({ launch, definition: { isolation, needs } }: FleetServer) => [launch, isolation, needs];
  return isDeepStrictEqual(parts(a), parts(b));
}
