import { dirname, join } from 'node:path';
import type { Finding, Lock } from '@lockstep/model';
import { printReleaseChange } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { findingsOf } from '../kernel/failure.ts';
import { createContainers } from '../launch/containers.ts';
import { declaredSecrets } from '../launch/local-secrets.ts';
import { readLock } from '../lock/lock-file.ts';
import { checkPinned, type LockResult } from '../lock/lock-release.ts';
import { pinnedReleases } from '../lock/tasks.ts';
import { lockWorld } from '../lock/world.ts';
import { unenforcedEgress } from '../plan/resources.ts';
import {
  type LoadedProgram,
  loadDeclaration,
  loadProject,
  type ProgramPaths,
  type Project,
} from '../project/load.ts';
import { declaredOverlaps } from '../project/overlap.ts';
import { openFolder, stateFolder } from '../project/state-folder.ts';
import { countOf } from '../view/phrases.ts';
import {
  adviseSchemas,
  checkClasses,
  checkDescriptions,
  checkSchemas,
  type HeldRelease,
} from './releases.ts';
import { writtenSecrets } from './written-secrets.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: 'environments' | 'lock' | 'classes' | 'descriptions' | 'schemas' | 'objects';
  /** What holds, in a few words; shown where there are no findings. */
  readonly summary: string;
  readonly findings: readonly Finding[];
}

/** Everything that was looked at. */
export interface CheckResult {
  readonly checks: readonly Check[];
  /** What could be better and keeps nothing from being merged. */
  readonly advice: readonly Finding[];
  /** Where servers may connect to by name without being held to it. */
  readonly egress: readonly string[];
  /** Absent where the environments don't hold together. */
  readonly project?: Project;
}

/**
 * Checks a program and its lock. One finding keeps none of the others from being told.
 *
 * @param options.offline leaves out what would start servers.
 * @param options.state the state folder, where packages are installed.
 * @throws Failure where there is no program.
 */
export async function runChecks(
  paths: ProgramPaths,
  options: { readonly offline: boolean; readonly state: string },
  say: (what: string) => void,
  context: CommandContext,
): Promise<CheckResult> {
  const project = await attempt(() => loadProject(paths, context.cwd));
  const declaration = await attempt(() => loadDeclaration(paths, context.cwd));
  const lock = await attempt(() => readLock(paths.lock, context.cwd));
  // What is wrong with the declaration or the lock is wrong with the environments too.
  const invalid =
    project.findings.length > 0 ? project.findings : [...declaration.findings, ...lock.findings];
  const names = Object.keys(project.value?.environments ?? {});
  const environments: Check = {
    name: 'environments',
    summary: `${names.join(', ')} hold together`,
    findings: invalid,
  };
  if (declaration.value === undefined || lock.value === undefined) {
    return { checks: [environments], advice: [], egress: [] };
  }
  const releases = heldReleases(declaration.value, lock.value);
  const locked: Check = options.offline
    ? { name: 'lock', summary: 'not compared with the servers (--offline)', findings: [] }
    : await checkLock(declaration.value, lock.value, options.state, say, context);
  return {
    checks: [
      environments,
      locked,
      { name: 'classes', summary: 'all confirmed', findings: checkClasses(releases) },
      { name: 'descriptions', summary: 'present and distinct', findings: checkDescriptions(releases) },
      { name: 'schemas', summary: 'strict', findings: checkSchemas(releases) },
    ],
    advice: [...writtenSecrets(declaration.value.servers), ...adviseSchemas(releases)],
    egress: unenforcedEgress(declaration.value.servers),
    ...(project.value !== undefined && { project: project.value }),
  };
}

/** What is wrong with a file is for the list; whatever else fails keeps the command from running. */
async function attempt<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value?: T; readonly findings: readonly Finding[] }> {
  try {
    return { value: await work(), findings: [] };
  } catch (error) {
    const findings = findingsOf(error);
    if (findings === undefined) throw error;
    return { findings };
  }
}

function heldReleases(declaration: LoadedProgram, lock: Lock): HeldRelease[] {
  return pinnedReleases([], declaration, lock).filter(
    (pinned): pinned is HeldRelease => pinned.release !== undefined,
  );
}

/**
 * Starts what environments pin and holds it against the lock, as `lockstep lock --check` does.
 *
 * @param state the state folder, as it was given.
 */
async function checkLock(
  declaration: LoadedProgram,
  lock: Lock,
  state: string,
  say: (what: string) => void,
  context: CommandContext,
): Promise<Check> {
  const folder = stateFolder(state, context.cwd);
  openFolder(folder.root, state);
  const overlaps = declaredOverlaps(declaration, folder.root, context);
  if (overlaps.length > 0) return { name: 'lock', summary: 'not compared', findings: overlaps };
  const containers = createContainers(join(folder.root, 'lock'));
  try {
    const { cwd, env } = context;
    const project = dirname(declaration.config);
    const secrets = await declaredSecrets(folder, declaration, context);
    const world = lockWorld({ packages: folder.packages, cwd, project, env, containers, secrets });
    const { results, failures } = await checkPinned([], declaration, lock, world, say);
    const findings = [
      ...results.flatMap(lockFindings),
      ...failures.map((message) => ({ path: '', message })),
    ];
    return { name: 'lock', summary: lockSummary(results), findings };
  } finally {
    await containers.close();
  }
}

function lockFindings({ server, label, outcome, reason, diff }: LockResult): Finding[] {
  if (outcome !== 'differs') return [];
  const path = `${server} ${label}`;
  if (diff === undefined) return [{ path, message: `${reason}.` }];
  return diff.changes.map((change) => ({
    path,
    message: `differs from the lock: ${printReleaseChange(change).join(' ').replaceAll(/\s+/g, ' ')}; run \`lockstep lock --check\` and review it.`,
  }));
}

function lockSummary(results: readonly LockResult[]): string {
  const same = results.filter(({ outcome }) => outcome === 'unchanged').length;
  const skipped = results.flatMap(({ outcome, server, reason }) =>
    outcome === 'not run' ? [`${server} not compared, since ${reason}`] : [],
  );
  return [`${countOf(same, 'release')} as locked`, ...skipped].join('; ');
}
