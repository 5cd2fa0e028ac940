import type { Environment } from '@lockstep/model';
import {
  diffReleases,
  diffTables,
  type PermissionTable,
  permissionTable,
  printReleaseDiff,
  printTableDiff,
  type ReleaseDiff,
  type TableChange,
} from '@lockstep/model/internal';

type Environments = Readonly<Record<string, Environment>>;

/** What changes in one environment. */
export interface EnvironmentChange {
  readonly environment: string;
  /** Tools, prompts and resources whose permission differs. */
  readonly permissions: readonly TableChange[];
  readonly releases: readonly ReleaseMove[];
}

/** A server that another release is pinned of. */
interface ReleaseMove {
  readonly server: string;
  /** Absent where the server is new. */
  readonly from?: string;
  /** Absent where the server is gone. */
  readonly to?: string;
  /** What differs in what it offers; absent unless there are two to compare. */
  readonly diff?: ReleaseDiff;
}

/** Compares what was with what would be, environment by environment; those without a difference are left out. */
export function compareEnvironments(
  before: Environments,
  after: Environments,
  names: readonly string[],
): EnvironmentChange[] {
  return names
    .map((name) => ({
      environment: name,
      permissions: diffTables(tableOf(before[name], name), tableOf(after[name], name)),
      releases: compareReleases(before[name], after[name]),
    }))
    .filter(({ permissions, releases }) => permissions.length > 0 || releases.length > 0);
}

function tableOf(environment: Environment | undefined, name: string): PermissionTable {
  return environment === undefined ? { environment: name, entries: [] } : permissionTable(environment);
}

function compareReleases(before: Environment | undefined, after: Environment | undefined): ReleaseMove[] {
  const [old, next] = [before?.releases ?? {}, after?.releases ?? {}];
  return [...new Set([...Object.keys(old), ...Object.keys(next)])].sort().flatMap((server): ReleaseMove[] => {
    const [a, b] = [old[server], next[server]];
    if (a === undefined) return b === undefined ? [] : [{ server, to: b.label }];
    if (b === undefined) return [{ server, from: a.label }];
    const diff = diffReleases(a.release, b.release);
    return a.label === b.label && diff.changes.length === 0
      ? []
      : [{ server, from: a.label, to: b.label, diff }];
  });
}

/** Prints changes: first every permission, a line each, then what differs in the servers' own definitions. */
export function printChanges(changes: readonly EnvironmentChange[]): string[] {
  const permissions = changes.flatMap(({ environment, permissions }) =>
    printTableDiff(environment, permissions),
  );
  const releases = printReleases(changes);
  return permissions.length > 0 && releases.length > 0
    ? [...permissions, '', ...releases]
    : [...permissions, ...releases];
}

/** What differs in the servers' own definitions. The same move in several environments is told once. */
export function printReleases(changes: readonly EnvironmentChange[]): string[] {
  const moves = new Map<string, { environments: string[]; move: ReleaseMove }>();
  for (const { environment, releases } of changes) {
    for (const move of releases) {
      const key = JSON.stringify(move);
      const known = moves.get(key) ?? { environments: [], move };
      known.environments.push(environment);
      moves.set(key, known);
    }
  }
  return [...moves.values()].flatMap(({ environments, move }) => printMove(environments.join(', '), move));
}

function printMove(environments: string, { server, from, to, diff }: ReleaseMove): string[] {
  const move = from === to ? `${to}` : `${from ?? 'none'} → ${to ?? 'none'}`;
  const title = `${environments}: ${server} ${move}`;
  if (diff !== undefined) return printReleaseDiff(title, diff);
  return [`${title}: ${from === undefined ? 'a new server' : 'the server is gone'}`];
}
