import type { Catalog, Launch } from '@lockstep/gateway';
import type { Lock } from '@lockstep/model';
import {
  diffReleases,
  type Release,
  type ReleaseDiff,
  type ServerDefinition,
  type Source,
} from '@lockstep/model/internal';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { LoadedProgram } from '../project/load.ts';
import { makeRelease } from './make-release.ts';
import { type LockTask, nearestReleases, type PinnedRelease, pinnedReleases } from './tasks.ts';

/** What reaches outside: registries, processes, servers elsewhere. */
export interface LockWorld {
  resolve(server: string, definition: ServerDefinition, version: string | undefined): Promise<Source>;
  /** Why what would run isn't what was pinned, as a clause. */
  mismatch(server: string, definition: ServerDefinition, source: Source): Promise<string | undefined>;
  launch(server: string, definition: ServerDefinition, source: Source): Promise<Launch>;
  read(server: string, definition: ServerDefinition, launch: Launch): Promise<Catalog>;
}

/** What came of reading one release. */
export interface LockResult {
  readonly server: string;
  readonly label: string;
  /** `differs`: what is there isn't what the lock holds under this label, which is kept. */
  readonly outcome: 'added' | 'unchanged' | 'replaced' | 'differs' | 'not run';
  /** The release as the lock holds it from now on; absent where it was never read. */
  readonly release?: Release;
  /** The release that `diff` starts from; absent for the first of a server. */
  readonly from?: string;
  readonly diff?: ReleaseDiff;
  /** Why it wasn't run here, or what differs before it is run, as a clause. */
  readonly reason?: string;
}

/**
 * Reads one release. What the lock holds is replaced only where the task says so: a changed definition under the same
 * label is first shown to a person.
 */
export async function lockRelease(task: LockTask, lock: Lock, world: LockWorld): Promise<LockResult> {
  const { server, definition, existing } = task;
  const source = existing?.source ?? (await world.resolve(server, definition, task.version));
  const launch = await world.launch(server, definition, source);
  if (launch.type === 'absent') {
    if (existing === undefined) throw notRun(server, launch.reason);
    return { server, label: task.label ?? '', outcome: 'not run', reason: launch.reason, release: existing };
  }
  const catalog = await world.read(server, definition, launch);
  const label = task.label ?? labelOf(source, catalog);
  return settle({ server, label, source, catalog, task, lock });
}

function settle(found: {
  server: string;
  label: string;
  source: Source;
  catalog: Catalog;
  task: LockTask;
  lock: Lock;
}): LockResult {
  const { server, label, source, catalog, task, lock } = found;
  refuseAmbiguous(server, catalog);
  const nearest = nearestReleases(lock, server, label);
  const release = makeRelease(
    source,
    catalog,
    nearest.map((item) => item.release),
  );
  // A server that isn't packaged says nothing of versions: it may well be what another label holds.
  const same = nearest.find((item) => diffReleases(item.release, release).changes.length === 0);
  if (same !== undefined && (same.label === label || task.label === undefined)) {
    return { server, label: same.label, outcome: 'unchanged', release: same.release };
  }
  const previous = nearest[0];
  const base = { server, label };
  if (previous === undefined) return { ...base, outcome: 'added', release };
  const diff = diffReleases(previous.release, release);
  if (previous.label !== label) return { ...base, outcome: 'added', release, from: previous.label, diff };
  const outcome = task.replace ? 'replaced' : 'differs';
  return { ...base, outcome, release: task.replace ? release : previous.release, from: label, diff };
}

/** Compares what a pinned release offers, when it runs, with what the lock says. */
async function checkRelease(
  pinned: PinnedRelease & { release: Release },
  world: LockWorld,
): Promise<LockResult> {
  const { server, definition, label, release } = pinned;
  const base = { server, label, release };
  const mismatch = await world.mismatch(server, definition, release.source);
  if (mismatch !== undefined) return { ...base, outcome: 'differs', reason: mismatch };
  const launch = await world.launch(server, definition, release.source);
  if (launch.type === 'absent') return { ...base, outcome: 'not run', reason: launch.reason };
  const catalog = await world.read(server, definition, launch);
  refuseAmbiguous(server, catalog);
  const diff = diffReleases(release, makeRelease(release.source, catalog, [release]));
  return diff.changes.length === 0
    ? { ...base, outcome: 'unchanged' }
    : { ...base, outcome: 'differs', from: label, diff };
}

/** Adds what was read to a lock, which stays as it is. */
export function withResults(lock: Lock, results: readonly LockResult[]): Lock {
  const servers = { ...lock.servers };
  for (const { server, label, outcome, release } of results) {
    if ((outcome !== 'added' && outcome !== 'replaced') || release === undefined) continue;
    servers[server] = { releases: { ...servers[server]?.releases, [label]: release } };
  }
  return { ...lock, servers };
}

/** Packages are called by their version, everything else by what the server says that it is. */
function labelOf(source: Source, catalog: Catalog): string {
  const version = 'version' in source ? source.version : catalog.serverInfo.version;
  return version.trim().slice(0, 64) || '1';
}

function refuseAmbiguous(server: string, catalog: Catalog): void {
  const [item] = catalog.ambiguous;
  if (item === undefined) return;
  throw new Failure(
    `${server} lists ${item} twice with different definitions, so that nobody could tell which one is called; its makers must mend that.`,
  );
}

function notRun(server: string, reason: string): Failure {
  return new Failure(
    `${server} can't be locked here: ${reason}; mend that, or read a running one with \`lockstep lock ${server} --from <url>\`.`,
  );
}

/** What came of reading several releases. */
export interface LockOutcome {
  readonly results: LockResult[];
  /** Why some couldn't be read, a sentence each. */
  readonly failures: string[];
}

/** Reads one after the other, and the rest also when one fails. */
export async function readEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<LockResult>,
): Promise<LockOutcome> {
  const results: LockResult[] = [];
  const failures: string[] = [];
  for (const item of items) {
    try {
      results.push(await work(item));
    } catch (error) {
      failures.push(sentenceOf(error));
    }
  }
  return { results, failures };
}

/**
 * Starts every release that an environment pins, and compares what it offers with the lock.
 *
 * @param names of the servers; none: all.
 * @param say is told which one is read.
 */
export function checkPinned(
  names: readonly string[],
  declaration: LoadedProgram,
  lock: Lock,
  world: LockWorld,
  say: (what: string) => void,
): Promise<LockOutcome> {
  return readEach(pinnedReleases(names, declaration, lock), async (item): Promise<LockResult> => {
    say(`Checking ${item.server} ${item.label}`);
    const { server, label, release, environments } = item;
    if (release !== undefined) return checkRelease({ ...item, release }, world);
    const reason = `${environments.join(' and ')} ${environments.length > 1 ? 'pin' : 'pins'} it, and the lock doesn't hold it; run \`lockstep lock ${server}\``;
    return { server, label, outcome: 'differs', reason };
  });
}
