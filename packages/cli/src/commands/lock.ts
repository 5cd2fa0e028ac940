import { dirname, join } from 'node:path';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { Failure, failureOf } from '../kernel/failure.ts';
import { createContainers } from '../launch/containers.ts';
import type { Host } from '../launch/launch.ts';
import { declaredSecrets } from '../launch/local-secrets.ts';
import { readLock, writeLock } from '../lock/lock-file.ts';
import {
  checkPinned,
  type LockOutcome,
  type LockWorld,
  lockRelease,
  readEach,
  withResults,
} from '../lock/lock-release.ts';
import { report } from '../lock/report.ts';
import { lockTasks } from '../lock/tasks.ts';
import { lockWorld } from '../lock/world.ts';
import { defaultConfig, type LoadedProgram, loadDeclaration, programPaths } from '../project/load.ts';
import { declaredOverlaps } from '../project/overlap.ts';
import { defaultState, openFolder, stateFolder } from '../project/state-folder.ts';
import { lockConfirmCommand } from './lock-confirm.ts';
import { lockIgnoreCommand } from './lock-ignore.ts';

const examples = `
Starts each server, reads everything that it offers, and writes that as a release into tools.lock.json, with the
server's own code pinned: a package with its whole dependency tree, the hash of an executable, an image's digest.
Without a version, reads every release that an environment pins, or the newest if none is locked yet. If a server
differs from its locked release, shows the difference and leaves the lock as it is: a person decides.

Examples:
  $ lockstep lock                              lock what environments pin and the lock doesn't hold
  $ lockstep lock files@latest                 lock the newest version beside the others
  $ lockstep lock docs --update                take over what a remote server offers now
  $ lockstep lock docs --as 2                  … as another release
  $ lockstep lock kube --from http://127.0.0.1:8080/mcp
  $ lockstep lock --check                      for CI: fail when a server differs from its release

Exit codes: 0 fine, 1 something differs, 2 could not run.`;

interface Options {
  check?: boolean;
  from?: string;
  as?: string;
  update?: boolean;
  config: string;
  state: string;
  json?: boolean;
}

export function lockCommand(context: CommandContext): Command {
  return new Command('lock')
    .argument('[server[@version]...]', 'the servers (default: all)')
    .option('--check', 'start the pinned releases and compare; change nothing')
    .option('--from <url>', 'read what the server offers from a running instance')
    .option('--as <label>', 'what the release is called (default: the version)')
    .option('--update', 'lock the newest version of packages; take over changed definitions of other servers')
    .option('--config <file>', 'the program; the lock lies beside it', defaultConfig)
    .option('--state <folder>', 'the state folder, where packages are installed', defaultState)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .addCommand(lockConfirmCommand(context))
    .addCommand(lockIgnoreCommand(context))
    .action(async (names: string[], options: Options) => {
      if (options.from !== undefined && names.length !== 1) {
        throw new Failure('--from reads one server; name it.');
      }
      const paths = programPaths(options.config, context.cwd);
      const state = stateFolder(options.state, context.cwd);
      openFolder(state.root, options.state);
      // Not those of an environment that may be running meanwhile.
      const containers = createContainers(join(state.root, 'lock'));
      try {
        const { declaration, results, failures } = await context.progress(
          'Reading the program',
          async (say) => {
            const declaration = await loadDeclaration(paths, context.cwd);
            const overlaps = declaredOverlaps(declaration, state.root, context);
            if (overlaps.length > 0) throw failureOf(overlaps);
            const host: Host = {
              packages: state.packages,
              cwd: context.cwd,
              project: dirname(paths.config),
              env: context.env,
              containers,
              secrets: await declaredSecrets(state, declaration, context),
            };
            const world = lockWorld(host, options.from);
            const run = options.check ? checkAll : lockAll;
            return { declaration, ...(await run(names, options, declaration, world, say, context)) };
          },
        );
        if (results.length > 0 || failures.length === 0) report(results, declaration, options, context);
        if (failures.length > 0) throw new Failure(failures.join('\n'));
      } finally {
        await containers.close();
      }
    });
}

type Say = (what: string) => void;

async function lockAll(
  names: readonly string[],
  options: Options,
  declaration: LoadedProgram,
  world: LockWorld,
  say: Say,
  context: CommandContext,
): Promise<LockOutcome> {
  let lock = readLock(declaration.lock, context.cwd);
  const tasks = lockTasks({ names, as: options.as, update: options.update ?? false }, declaration, lock);
  const outcome = await readEach(tasks, async (task) => {
    say(`Reading ${task.server} ${task.label ?? task.version ?? ''}`.trim());
    const result = await lockRelease(task, lock, world);
    lock = withResults(lock, [result]);
    return result;
  });
  if (outcome.results.some((result) => result.outcome === 'added' || result.outcome === 'replaced')) {
    writeLock(declaration.lock, lock);
  }
  return outcome;
}

function checkAll(
  names: readonly string[],
  _: Options,
  declaration: LoadedProgram,
  world: LockWorld,
  say: Say,
  context: CommandContext,
): Promise<LockOutcome> {
  return checkPinned(names, declaration, readLock(declaration.lock, context.cwd), world, say);
}
