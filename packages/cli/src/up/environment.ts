import type { Environment } from '@lockstep/model';
import { makeBundle } from '@lockstep/model/internal';
import type { Context } from '../context.ts';
import { Failure, failureOf } from '../failure.ts';
import { type Host, missingNeeds } from '../launch/launch.ts';
import { install, isInstalled, isPackage, type PackageSource } from '../packages/install.ts';
import { chooseEnvironments } from '../project/choose.ts';
import { loadProject, type ProgramPaths, type Project } from '../project/load.ts';
import { findOverlaps } from '../project/overlap.ts';
import { protectedPaths } from '../project/protected.ts';
import { openFolder, type StateFolder } from '../project/state-folder.ts';
import { writeBundle } from './bundle-folder.ts';
import { welcome } from './welcome.ts';

/** A program and the environment of it that is run. */
export interface Prepared {
  readonly project: Project;
  readonly environment: Environment;
}

/**
 * Loads the program, sees that no server reaches Lockstep's own files, installs what its servers need, and writes the
 * bundle for the gateway.
 *
 * @throws Failure naming everything that is wrong; nothing has changed then.
 */
export async function prepareEnvironment(options: {
  paths: ProgramPaths;
  name: string;
  state: StateFolder;
  host: Host;
  context: Context;
}): Promise<Prepared> {
  const { paths, name, state, host, context } = options;
  const project = await context.progress('Reading the program', () => loadProject(paths, context.cwd));
  const environment = chooseEnvironments(project.environments, [name])[0];
  if (environment === undefined) throw new Failure(`there is no environment ${name}.`);
  const folders = state.environment(name);
  const overlaps = findOverlaps(environment.servers, {
    cwd: context.cwd,
    workdir: folders.workdir,
    principals: folders.principals,
    protected: protectedPaths(state.root, project.files, project.lock),
    env: context.env,
  });
  if (overlaps.length > 0) throw failureOf(overlaps);
  openFolder(folders.root, folders.root);
  await welcome(folders.workdir, name);
  await installAll(environment, host, context);
  await writeBundle(folders.bundle, makeBundle(environment));
  return { project, environment };
}

/** Packages that install at the same time: most of it is waiting for the registry. */
const atOnce = 3;

/** Installs what isn't there yet. Servers that aren't run here need nothing. */
async function installAll(environment: Environment, host: Host, context: Context): Promise<void> {
  const missing = Object.entries(environment.releases).flatMap(([server, { release }]) => {
    const definition = environment.servers[server];
    if (definition === undefined || missingNeeds(definition, host.env).length > 0) return [];
    const { source } = release;
    return isPackage(source) && !isInstalled(source, host.packages) ? [{ server, source }] : [];
  });
  if (missing.length === 0) return;
  await context.progress('Installing servers', async (say) => {
    const waiting = [...missing];
    const installing = new Set<string>();
    const tell = () => say(`Installing ${[...installing].join(', ')} (once; ${waiting.length} more)`);
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const shown = describe(next.source);
        installing.add(shown);
        tell();
        await install(next.source, host.packages, host.project);
        installing.delete(shown);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  });
}

function describe(source: PackageSource): string {
  return `${source.package} ${source.version}`;
}
