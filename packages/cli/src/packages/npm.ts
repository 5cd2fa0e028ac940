import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  canonicalJson,
  type NpmDependencies,
  npmAlways,
  npmCiArguments,
  npmManifest,
  npmProject,
  type Source,
  sha256,
} from '@lockstep/model/internal';
import { z } from 'zod';
import { Failure } from '../kernel/failure.ts';
import { runTool } from './tool.ts';

export type NpmSource = Extract<Source, { type: 'npm' }>;

const lockfileSchema = z.object({ packages: z.record(z.string(), z.record(z.string(), z.json())) });
type LockfileEntry = NpmSource['lockfile'][string];
const binSchema = z.record(z.string(), z.string());

/** What to lock: a package, and which version or tag of it. */
interface NpmRequest {
  readonly package: string;
  /** A version, a range or a tag. Default: the newest. */
  readonly version?: string;
  /** Which executable, where it has several. */
  readonly bin?: string | undefined;
  /** The folder of the program, whose `.npmrc` counts. */
  readonly project: string;
}

/**
 * Resolves a package and its whole dependency tree, each with its integrity, without installing anything. No
 * registry's address gets into the result, so that a mirror serves as well.
 */
export async function lockNpm(request: NpmRequest): Promise<NpmSource> {
  const spec = `${request.package}@${request.version ?? 'latest'}`;
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-npm-'));
  try {
    await writeFile(join(folder, 'package.json'), npmManifest({ dependencies: {} }));
    await copyNpmrc(request.project, folder);
    await runNpm(
      ['install', spec, '--package-lock-only', '--save-exact', '--omit-lockfile-registry-resolved'],
      folder,
      `npm can't resolve ${spec}`,
    );
    const { packages } = lockfileSchema.parse(
      JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')),
    );
    const entry = packages[`node_modules/${request.package}`];
    if (typeof entry?.version !== 'string') throw new Failure(`npm resolved ${spec} to something else.`);
    return {
      type: 'npm',
      package: request.package,
      version: entry.version,
      bin: chooseBin(request, binSchema.safeParse(entry.bin).data ?? {}),
      lockfile: Object.fromEntries(
        Object.entries(packages).map(([path, item]) => [path, withoutNoise(item)]),
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What has no effect on what is installed would only be noise in a review. */
function withoutNoise({ license, funding, ...entry }: LockfileEntry): LockfileEntry {
  return entry;
}

/** The path of the executable inside the package. */
function chooseBin({ package: name, bin }: NpmRequest, bins: Record<string, string>): string {
  const names = Object.keys(bins);
  const usual = name.replace(/^@[^/]+\//, '');
  const chosen = bin ?? (names.length === 1 ? names[0] : names.find((candidate) => candidate === usual));
  const path = chosen === undefined ? undefined : bins[chosen];
  if (path !== undefined) return path.replace(/^\.\//, '');
  if (names.length === 0)
    throw new Failure(`the npm package ${name} has no executable; it can't be run as a server.`);
  const found = bin === undefined ? 'has several executables' : `has no executable ${bin}`;
  throw new Failure(`the npm package ${name} ${found}; set \`bin\` to one of ${names.join(', ')}.`);
}

/** The name of a tree's folder: equal trees share it. */
export function npmFolderName(source: NpmSource): string {
  return `npm-${sha256(canonicalJson(source.lockfile)).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}

/**
 * Installs a locked tree into an empty folder. Nothing that a package brings along is run.
 *
 * @param platform npm's options for another platform than this host's. Default: none.
 */
export async function installNpm(
  source: NpmSource,
  folder: string,
  project: string,
  platform: readonly string[] = [],
): Promise<void> {
  const dependencies = { [source.package]: source.version };
  const purpose = `npm can't install ${source.package} ${source.version}`;
  await npmCi({ dependencies }, source.lockfile, folder, project, purpose, platform);
}

/**
 * Has npm fill an empty folder with what a lock lists, each package checked against its integrity.
 *
 * @param purpose what it was run for, as the beginning of a sentence.
 * @param platform npm's options for another platform than this host's. Default: none.
 */
export async function npmCi(
  dependencies: NpmDependencies,
  packages: NpmSource['lockfile'],
  folder: string,
  project: string,
  purpose: string,
  platform: readonly string[] = [],
): Promise<void> {
  const files = npmProject(dependencies, packages);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const npmrc = await copyNpmrc(project, folder);
  const ci = (...more: string[]) => runNpm([...npmCiArguments, ...platform, ...more], folder, purpose);
  try {
    await ci('--prefer-offline');
  } catch (error) {
    // npm's cache may be older than the lock; only then is the registry asked about every package.
    if (!/No matching version/.test(String(error))) throw error;
    await ci();
  }
  // It may hold a registry's credentials.
  if (npmrc) await rm(join(folder, '.npmrc'), { force: true });
}

/** The path of the executable in an installed tree. */
export function npmBin(source: NpmSource, folder: string): string {
  return join(folder, 'node_modules', source.package, source.bin);
}

/** Copies the `.npmrc` of the project, which may name a company's own registry. */
async function copyNpmrc(project: string, folder: string): Promise<boolean> {
  for (let at = project; ; at = dirname(at)) {
    if (existsSync(join(at, '.npmrc'))) {
      await copyFile(join(at, '.npmrc'), join(folder, '.npmrc'));
      return true;
    }
    if (existsSync(join(at, '.git')) || dirname(at) === at) return false;
  }
}

/**
 * Runs npm so that it asks nobody and runs no script of a package.
 *
 * @param purpose what it was run for, as the beginning of a sentence.
 */
export async function runNpm(args: readonly string[], cwd: string, purpose: string): Promise<void> {
  const script = process.env.npm_execpath;
  const [command, first] =
    script !== undefined && basename(script) === 'npm-cli.js' ? [process.execPath, [script]] : ['npm', []];
  await runTool(command, [...first, ...args, ...npmAlways], { cwd, env: npmEnvironment(), purpose });
}

/** Our own npm's settings for the project that it runs in (workspace, prefix) must not reach the next one. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const kept =
    /^npm_config_(.*registry|cache|userconfig|globalconfig|https?_proxy|proxy|noproxy|cafile|ca|strict_ssl)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
}
