import type { Lock } from '@lockstep/model';
import { compareText, type Release, type ServerDefinition } from '@lockstep/model/internal';
import { Failure } from '../kernel/failure.ts';
import type { LoadedProgram } from '../project/load.ts';
import { compareLabels } from './lock-file.ts';

/** One release to read. */
export interface LockTask {
  readonly server: string;
  readonly definition: ServerDefinition;
  /** The version or tag to resolve; absent: the newest, or what is there. */
  readonly version?: string;
  /** What the release is called; absent: its version. */
  readonly label?: string;
  /** The release that the lock holds under this label: its source is read again, not resolved anew. */
  readonly existing?: Release;
  /** Whether a release of the same label may be replaced. */
  readonly replace: boolean;
}

interface LockRequest {
  /** `server` or `server@version`, as typed; none: every server. */
  readonly names: readonly string[];
  readonly as?: string | undefined;
  readonly update: boolean;
}

/** Whether a server comes from a registry of packages, where a version always means the same bytes. */
export function isPackaged(definition: ServerDefinition): boolean {
  return 'run' in definition && ('npm' in definition.run || 'pypi' in definition.run);
}

/**
 * What `lockstep lock` has to read: what was asked for by version; else every release that an environment pins;
 * else the newest, where nothing is locked yet.
 *
 * @throws Failure naming a server that the program doesn't declare.
 */
export function lockTasks(request: LockRequest, declaration: LoadedProgram, lock: Lock): LockTask[] {
  const chosen = chooseServers(request.names, declaration);
  return chosen.flatMap(({ server, definition, version }) => {
    const base = { server, definition, ...(request.as !== undefined && { label: request.as }) };
    if (version !== undefined) {
      if (!isPackaged(definition)) {
        throw new Failure(`${server}@${version}: only packages have versions; name the release with --as.`);
      }
      return [{ ...base, version, replace: true }];
    }
    const releases = lock.servers[server]?.releases ?? {};
    const pinned = [...(declaration.pins.get(server)?.keys() ?? [])];
    if (request.as !== undefined) return [{ ...base, replace: request.update }];
    if (!isPackaged(definition)) {
      // There is but one thing to read: it is what an environment pins and the lock doesn't hold yet.
      const wanted = pinned.filter((label) => !Object.hasOwn(releases, label));
      return [{ ...base, ...(wanted[0] !== undefined && { label: wanted[0] }), replace: request.update }];
    }
    if (request.update) return [{ ...base, replace: true }];
    const labels = (pinned.length > 0 ? pinned : Object.keys(releases)).toSorted(compareLabels);
    if (labels.length === 0) return [{ ...base, replace: false }];
    return labels.map((label) => {
      const existing = releases[label];
      return {
        ...base,
        label,
        replace: false,
        ...(existing === undefined ? { version: label } : { existing }),
      };
    });
  });
}

/** A release that an environment pins, for `--check`. */
export interface PinnedRelease {
  readonly server: string;
  readonly definition: ServerDefinition;
  readonly label: string;
  /** Absent where the lock doesn't hold it. */
  readonly release?: Release;
  readonly environments: readonly string[];
}

/** Every release that an environment pins. */
export function pinnedReleases(
  names: readonly string[],
  declaration: LoadedProgram,
  lock: Lock,
): PinnedRelease[] {
  return chooseServers(names, declaration).flatMap(({ server, definition }) =>
    [...(declaration.pins.get(server) ?? [])].map(([label, environments]) => {
      const release = lock.servers[server]?.releases[label];
      return { server, definition, label, environments, ...(release !== undefined && { release }) };
    }),
  );
}

function chooseServers(
  names: readonly string[],
  { servers }: LoadedProgram,
): { server: string; definition: ServerDefinition; version?: string }[] {
  if (names.length === 0) {
    return Object.entries(servers)
      .map(([server, definition]) => ({ server, definition }))
      .toSorted((a, b) => compareText(a.server, b.server));
  }
  return names.map((name) => {
    const [server = '', version] = name.split(/@(.*)/s);
    const definition = Object.hasOwn(servers, server) ? servers[server] : undefined;
    if (definition === undefined) {
      throw new Failure(
        `there is no server ${server}; the program declares ${Object.keys(servers).join(', ') || 'none'}.`,
      );
    }
    return { server, definition, ...(version !== undefined && version !== '' && { version }) };
  });
}

/** Releases of a server, those before `label` first, nearest first. */
export function nearestReleases(
  lock: Lock,
  server: string,
  label: string,
): { readonly label: string; readonly release: Release }[] {
  const all = Object.entries(lock.servers[server]?.releases ?? {})
    .map(([name, release]) => ({ label: name, release }))
    .toSorted((a, b) => compareLabels(b.label, a.label));
  const [same, rest] = [
    all.filter((item) => item.label === label),
    all.filter((item) => item.label !== label),
  ];
  const [earlier, later] = [
    rest.filter((item) => compareLabels(item.label, label) < 0),
    rest.filter((item) => compareLabels(item.label, label) > 0),
  ];
  return [...same, ...earlier, ...later.toReversed()];
}
