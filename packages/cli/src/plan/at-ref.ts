import { existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import type { Environment } from '@lockstep/model';
import { Failure, sentenceOf } from '../failure.ts';
import { runTool } from '../packages/tool.ts';
import { loadProject, type ProgramPaths, programPaths } from '../project/load.ts';

/**
 * The environments as the program at a Git ref declares them. Its packages are those that are installed now, so
 * that old data is read with today's model.
 *
 * @returns nothing where the program didn't exist at that ref.
 */
export async function environmentsAt(
  ref: string,
  { config }: ProgramPaths,
): Promise<Readonly<Record<string, Environment>>> {
  const folder = realpathSync(dirname(config));
  const git = (purpose: string, args: string[], env?: NodeJS.ProcessEnv) =>
    runTool('git', ['-C', folder, ...args], { purpose, ...(env && { env }) });
  const root = (await git('--against needs a Git repository', ['rev-parse', '--show-toplevel'])).trim();
  const commit = (
    await git(`--against ${ref} names nothing in Git`, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ]).catch(() => {
      throw new Failure(`--against ${ref} names no commit of this repository; fetch it, or name another.`);
    })
  ).trim();
  const aside = realpathSync(await mkdtemp(join(tmpdir(), 'lockstep-plan-')));
  try {
    const tree = join(aside, 'tree');
    mkdirSync(tree);
    // A checkout through an index of its own leaves the repository as it is.
    const env = { ...process.env, GIT_INDEX_FILE: join(aside, 'index') };
    const purpose = `${ref} can’t be read`;
    await git(purpose, ['read-tree', commit], env);
    await runTool('git', ['-C', root, 'checkout-index', '--all', `--prefix=${tree}${sep}`], { purpose, env });
    linkPackages(root, folder, tree);
    const then = programPaths(
      join(tree, relative(root, folder), config.slice(dirname(config).length + 1)),
      tree,
    );
    if (!existsSync(then.config)) return {};
    return (await loadProject(then, tree)).environments;
  } catch (error) {
    throw new Failure(`at ${ref}, ${sentenceOf(error)}`, { cause: error });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Links the installed packages that the program sees, from its own folder up to the repository's. */
function linkPackages(root: string, folder: string, tree: string): void {
  for (let at = folder; ; at = dirname(at)) {
    const there = join(tree, relative(root, at));
    const installed = join(at, 'node_modules');
    if (existsSync(installed) && existsSync(there) && !existsSync(join(there, 'node_modules'))) {
      symlinkSync(installed, join(there, 'node_modules'));
    }
    if (at === root || at === dirname(at)) break;
  }
}
