import type { Launch } from '@lockstep/gateway';
import type { Release, ServerDefinition } from '@lockstep/model';
import { install, isPackage, packageFolder } from '../packages/install.ts';
import { npmBin } from '../packages/npm.ts';
import { pypiPython, pypiScript } from '../packages/pypi.ts';
import type { Containers } from './containers.ts';
import { findExecutable, hashFile } from './executable.ts';

/** What of this host goes into starting a server. */
export interface Host {
  /** The folder that packages are installed into. */
  readonly packages: string;
  /** The folder that commands given by a relative path are looked for in. */
  readonly cwd: string;
  /** The folder of the program. */
  readonly project: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly containers: Containers;
}

/** How a pinned release is started on this host, or why it isn't. Packages are installed where they are missing. */
export async function launchOf(
  server: string,
  definition: ServerDefinition,
  { source }: Pick<Release, 'source'>,
  host: Host,
): Promise<Launch> {
  const missing = missingNeeds(definition, host.env);
  if (missing.length > 0)
    return absent(`${missing.join(' and ')} ${missing.length > 1 ? 'aren’t' : 'isn’t'} set`);
  if ('remote' in definition) return { type: 'http', url: definition.remote.url };
  const mismatch = await sourceMismatch(server, definition, source, host);
  if (mismatch !== undefined) return absent(mismatch);
  const { run } = definition;
  const env = environmentOf(definition, host.env);
  if (isPackage(source)) {
    await install(source, host.packages, host.project);
    const folder = packageFolder(source, host.packages);
    return source.type === 'npm'
      ? { type: 'stdio', command: process.execPath, args: [npmBin(source, folder), ...run.args], env }
      : { type: 'stdio', command: pypiPython(folder), args: [pypiScript(source, folder), ...run.args], env };
  }
  if ('command' in run) {
    const path = findExecutable(run.command, host.cwd, host.env);
    if (path === undefined) return absent(`\`${run.command}\` isn’t found on this host`);
    return { type: 'stdio', command: path, args: run.args, env };
  }
  if (source.type === 'image' && 'image' in run) {
    return host.containers.launch(server, {
      ...run,
      reference: source.reference,
      digest: source.digest,
      env,
    });
  }
  return absent(otherKind(server));
}

/**
 * Why what would run here isn't what the lock holds, as a clause with what to do about it; undefined where it is, or
 * where nothing is here that could be compared.
 */
export async function sourceMismatch(
  server: string,
  definition: ServerDefinition,
  source: Release['source'],
  host: Pick<Host, 'cwd' | 'env'>,
): Promise<string | undefined> {
  const declared = kindOf(definition);
  if (declared !== source.type) return otherKind(server);
  if (source.type !== 'command' || !('run' in definition) || !('command' in definition.run)) return undefined;
  const path = findExecutable(definition.run.command, host.cwd, host.env);
  if (path === undefined || (await hashFile(path)) === source.sha256) return undefined;
  return `${path} isn’t the executable that was locked; put that one back or run \`lockstep lock ${server} --update\``;
}

function kindOf(definition: ServerDefinition): Release['source']['type'] {
  if ('remote' in definition) return 'remote';
  const { run } = definition;
  return 'npm' in run ? 'npm' : 'pypi' in run ? 'pypi' : 'image' in run ? 'image' : 'command';
}

function otherKind(server: string): string {
  return `the lock holds another kind of source than the program; run \`lockstep lock ${server} --update\``;
}

/** Variables of the host that a server can't do without and that aren't set. */
export function missingNeeds(definition: ServerDefinition, env: Host['env']): string[] {
  return definition.needs.filter((variable) => !env[variable]);
}

/** The declared variables, and those of the host that the server needs. */
function environmentOf(
  definition: Extract<ServerDefinition, { run: unknown }>,
  env: Host['env'],
): Record<string, string> {
  const needed = definition.needs.map((variable) => [variable, env[variable] ?? ''] as const);
  return { ...Object.fromEntries(needed), ...definition.run.env };
}

function absent(reason: string): Launch {
  return { type: 'absent', reason };
}
