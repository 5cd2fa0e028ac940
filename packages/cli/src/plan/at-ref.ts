import { existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Environment } from '@lockstep/model';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { runTool } from '../packages/tool.ts';
import { loadProject, type ProgramPaths, programPaths } from '../project/load.ts';

/** The files of a commit, beside the repository. */
interface Tree {
  /** Where a path of the repository is in it. */
  at(path: string): string;
  /** Its own root. */
  readonly root: string;
}

/**
 * The environments as the program at a Git ref declares them. Its packages are those that are installed now, so
 * that old data is read with today's model.
 *
 * @returns nothing where the program didn't exist at that ref.
 */
export function environmentsAt(
  ref: string,
  { config }: ProgramPaths,
): Promise<Readonly<Record<string, Environment>>> {
  return withTree(ref, dirname(config), async (tree) => {
    const then = programPaths(tree.at(config), tree.root);
    return existsSync(then.config) ? (await loadProject(then, tree.root)).environments : {};
  });
}

/**
 * Does something with the files of a commit, and removes them afterwards. Packages that are installed now are there.
 *
 * @param folder of the program, inside the repository.
 * @throws Failure where the ref names no commit, or the work fails.
 */
export async function withTree<T>(ref: string, folder: string, work: (tree: Tree) => Promise<T>): Promise<T> {
  const here = realpathSync(folder);
  const git = (purpose: string, args: string[], env?: NodeJS.ProcessEnv) =>
    runTool('git', ['-C', here, ...args], { purpose, ...(env && { env }) });
  const root = (await git('--against needs a Git repository', ['rev-parse', '--show-toplevel'])).trim();
  const commit = await commitOf(ref, git);
  const aside = realpathSync(await mkdtemp(join(tmpdir(), 'lockstep-plan-')));
  try {
    const tree = join(aside, 'tree');
    mkdirSync(tree);
    // A checkout through an index of its own leaves the repository as it is.
    const env = { ...process.env, GIT_INDEX_FILE: join(aside, 'index') };
    const purpose = `${ref} can't be read`;
    await git(purpose, ['read-tree', commit], env);
    await runTool('git', ['-C', root, 'checkout-index', '--all', `--prefix=${tree}${sep}`], { purpose, env });
    linkPackages(root, here, tree);
    const at = (path: string) => join(tree, relative(root, realpathSync(dirname(path))), basename(path));
    return await work({ at, root: tree });
  } catch (error) {
    throw new Failure(`at ${ref}, ${sentenceOf(error)}`, { cause: error });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

type Git = (purpose: string, args: string[]) => Promise<string>;

async function commitOf(ref: string, git: Git): Promise<string> {
  const wanted = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  try {
    return (await git(`--against ${ref} names nothing in Git`, wanted)).trim();
  } catch (error) {
    throw new Failure(`--against ${ref} names no commit of this repository; fetch it, or name another.`, {
      cause: error,
    });
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
