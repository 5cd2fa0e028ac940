import { dirname, join } from 'node:path';
import type { Finding, Lock } from '@lockstep/model';
import { printReleaseChange } from '@lockstep/model/internal';
import type { Context } from '../context.ts';
import { createContainers } from '../launch/containers.ts';
import { declaredSecrets } from '../launch/open-secrets.ts';
import { checkPinned } from '../lock/check-pinned.ts';
import type { LockResult } from '../lock/lock-release.ts';
import { overlapsOf } from '../lock/overlaps.ts';
import { lockWorld } from '../lock/world.ts';
import type { Declaration } from '../project/load.ts';
import { openFolder, stateFolder } from '../project/state-folder.ts';
import { countOf } from '../view/count.ts';
import type { Check } from './check.ts';

/**
 * Starts what environments pin and holds it against the lock, as `lockstep lock --check` does.
 *
 * @param state the state folder, as it was given.
 */
export async function checkLock(
  declaration: Declaration,
  lock: Lock,
  state: string,
  say: (what: string) => void,
  context: Context,
): Promise<Check> {
  const folder = stateFolder(state, context.cwd);
  openFolder(folder.root, state);
  const overlaps = overlapsOf(declaration, folder.root, context);
  if (overlaps.length > 0) return { name: 'lock', summary: 'not compared', findings: overlaps };
  const containers = createContainers(join(folder.root, 'lock'));
  try {
    const { cwd, env } = context;
    const project = dirname(declaration.config);
    const secrets = await declaredSecrets(folder, declaration, context);
    const world = lockWorld({ packages: folder.packages, cwd, project, env, containers, secrets });
    const { results, failures } = await checkPinned([], declaration, lock, world, say);
    const findings = [...results.flatMap(findingsOf), ...failures.map((message) => ({ path: '', message }))];
    return { name: 'lock', summary: summaryOf(results), findings };
  } finally {
    await containers.close();
  }
}

function findingsOf({ server, label, outcome, reason, diff }: LockResult): Finding[] {
  if (outcome !== 'differs') return [];
  const path = `${server} ${label}`;
  if (diff === undefined) return [{ path, message: `${reason}.` }];
  return diff.changes.map((change) => ({
    path,
    message: `differs from the lock: ${printReleaseChange(change).join(' ').replaceAll(/\s+/g, ' ')}; run \`lockstep lock --check\` and review it.`,
  }));
}

function summaryOf(results: readonly LockResult[]): string {
  const same = results.filter(({ outcome }) => outcome === 'unchanged').length;
  const skipped = results.flatMap(({ outcome, server, reason }) =>
    outcome === 'not run' ? [`${server} not compared, since ${reason}`] : [],
  );
  return [`${countOf(same, 'release')} as locked`, ...skipped].join('; ');
}
