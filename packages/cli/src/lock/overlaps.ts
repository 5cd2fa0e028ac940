import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '@lockstep/model';
import type { Context } from '../context.ts';
import type { Declaration } from '../project/load.ts';
import { findOverlaps } from '../project/overlap.ts';
import { protectedPaths } from '../project/protected.ts';

/**
 * Paths of servers that meet the state folder, the program or its lock: such a server isn't even started to be read.
 *
 * @param state the root of the state folder.
 */
export function overlapsOf(
  { servers, files, lock }: Declaration,
  state: string,
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
): Finding[] {
  return findOverlaps(servers, {
    cwd,
    workdir: join(tmpdir(), 'lockstep-work'),
    principals: join(tmpdir(), 'lockstep-principals'),
    protected: protectedPaths(state, files, lock),
    env,
  });
}
