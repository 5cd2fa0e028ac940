import type { Lock } from '@lockstep/model';
import type { Declaration } from '../project/load.ts';
import { each, type Outcome } from './each.ts';
import { checkRelease, type LockResult, type LockWorld } from './lock-release.ts';
import { pinnedReleases } from './tasks.ts';

/**
 * Starts every release that an environment pins, and compares what it offers with the lock.
 *
 * @param names of the servers; none: all.
 * @param say is told which one is read.
 */
export function checkPinned(
  names: readonly string[],
  declaration: Declaration,
  lock: Lock,
  world: LockWorld,
  say: (what: string) => void,
): Promise<Outcome> {
  return each(pinnedReleases(names, declaration, lock), async (item): Promise<LockResult> => {
    say(`Checking ${item.server} ${item.label}`);
    const { server, label, release, environments } = item;
    if (release !== undefined) return checkRelease({ ...item, release }, world);
    const reason = `${environments.join(' and ')} ${environments.length > 1 ? 'pin' : 'pins'} it, and the lock doesn't hold it; run \`lockstep lock ${server}\``;
    return { server, label, outcome: 'differs', reason };
  });
}
