import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Environment } from '@lockstep/model';
import { type Bundle, makeBundle } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { Failure, failureOf } from '../kernel/failure.ts';
import { type Host, missingNeeds } from '../launch/launch.ts';
import { installAll, isInstalled, isPackage, type PackageSource } from '../packages/install.ts';
import { chooseEnvironments, loadProject, type ProgramPaths, type Project } from '../project/load.ts';
import { findOverlaps, protectedPaths } from '../project/overlap.ts';
import { openFolder, type StateFolder } from '../project/state-folder.ts';

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
  context: CommandContext;
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
  await installServers(environment, host, context);
  await writeBundle(folders.bundle, makeBundle(environment));
  return { project, environment };
}

/** Installs what isn't there yet. Servers that aren't run here need nothing. */
async function installServers(environment: Environment, host: Host, context: CommandContext): Promise<void> {
  const missing = Object.entries(environment.releases).flatMap(([server, { release }]) => {
    const definition = environment.servers[server];
    if (definition === undefined || missingNeeds(definition, host.env).length > 0) return [];
    const { source } = release;
    return isPackage(source) && !isInstalled(source, host.packages) ? [source] : [];
  });
  if (missing.length === 0) return;
  const title = `Installing ${missing.map(describe).join(', ')} (once)`;
  await context.progress(title, () => installAll(missing, host.packages, host.project));
}

function describe(source: PackageSource): string {
  return `${source.package} ${source.version}`;
}

/** Makes the work folder with something to read in it, so that a newcomer's agent has a first thing to do. */
async function welcome(workdir: string, environment: string): Promise<void> {
  if (existsSync(workdir)) return;
  await mkdir(workdir, { recursive: true, mode: 0o700 });
  await writeFile(join(workdir, 'README.md'), textFor(environment));
}

function textFor(environment: string): string {
  return `# The work folder of ${environment}

Servers that are given \`\${workdir}\` read and write here, and every principal shares it.

If an agent has read this far, ask it to write \`hello.md\` next. Under the dev profile it finds no tool that writes:
what is denied isn't listed, and calling it all the same is refused with the clause that says so. Under the prod profile
it waits until humans have approved exactly that content: \`lockstep approvals list\`.
`;
}

/**
 * Writes a bundle into a folder that a gateway may be watching: first every other file, then what is too many goes,
 * and `gateway.json` comes last, whole. A gateway that looks in between sees hashes that don't fit and stays as it is.
 */
export async function writeBundle(folder: string, { files }: Bundle): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [path, text] of files) if (path !== manifestName) await replace(join(folder, path), text);
  for (const path of await filesUnder(folder)) {
    if (!files.has(relative(folder, path).split(sep).join('/'))) await rm(path, { force: true });
  }
  await replace(join(folder, manifestName), files.get(manifestName) ?? '');
}

const manifestName = 'gateway.json';

/** Puts a file in place in one go. */
async function replace(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = join(dirname(path), `.${process.pid}.tmp`);
  await writeFile(aside, text, { mode: 0o600 });
  await rename(aside, path);
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}
