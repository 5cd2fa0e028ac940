import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { defineServers, type Environment, type Finding, type Servers } from '@lockstep/model';
import { isRecord } from '@lockstep/model/internal';
import { Failure, failureOf } from '../kernel/failure.ts';
import { inChild } from './in-child.ts';
import type { Evaluation } from './load-child.ts';
import { lockFileName } from './program-hooks.ts';

/** Where programs are looked for, unless said otherwise. */
export const defaultConfig = 'stacks/environments.ts';

/** Seconds that a program may take to load. */
const timeoutSeconds = 60;

/** Where a program and its lock are. */
export interface ProgramPaths {
  readonly config: string;
  readonly lock: string;
}

/** A program that holds together. */
export interface Project extends ProgramPaths {
  readonly environments: Readonly<Record<string, Environment>>;
  /** Every file that the program consists of: itself, what it imports, its lock. */
  readonly files: readonly string[];
}

/** What a program declares, before it is held against the lock. */
export interface LoadedProgram extends ProgramPaths {
  readonly servers: Servers;
  /** Labels that environments pin, by server, with the environments that do. */
  readonly pins: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  readonly files: readonly string[];
}

/** Resolves `--config`; the lock lies beside it. */
export function programPaths(config: string, cwd: string): ProgramPaths {
  const path = resolve(cwd, config);
  return { config: path, lock: join(dirname(path), lockFileName) };
}

/**
 * Loads and validates a program in a process of its own.
 *
 * @param base the folder that paths in messages are relative to.
 * @throws Failure naming everything that is wrong with it.
 */
export async function loadProject(paths: ProgramPaths, base: string): Promise<Project> {
  const { value, files } = await evaluate(paths, 'environments', base);
  return { ...paths, environments: value as Record<string, Environment>, files };
}

/**
 * Loads only what a program declares, so that its lock may be missing or behind.
 *
 * @throws Failure naming everything that is wrong with it.
 */
export async function loadDeclaration(paths: ProgramPaths, base: string): Promise<LoadedProgram> {
  const { value, files } = await evaluate(paths, 'declaration', base);
  const input = isRecord(value) ? value : {};
  const servers = defineServers(isRecord(input.servers) ? (input.servers as Servers) : {});
  return { ...paths, servers, pins: pinsOf(input.environments), files };
}

async function evaluate(
  { config }: ProgramPaths,
  mode: 'environments' | 'declaration',
  base: string,
): Promise<{ value: unknown; files: readonly string[] }> {
  const shown = relative(base, config) || config;
  if (!existsSync(config)) {
    throw new Failure(
      `${shown} doesn't exist; run this in the project's folder or name the file with --config.`,
    );
  }
  const evaluation = await inChild<Evaluation>({
    script: new URL('./load-child', import.meta.url),
    args: [config, mode, base],
    program: config,
    timeoutSeconds,
    maxComplaintChars: 2000,
    tooLong: `${shown} didn't finish loading within ${timeoutSeconds} seconds; look for a loop in it.`,
    ended: `${shown} ended before it was loaded`,
  });
  if ('findings' in evaluation) throw failureOf(evaluation.findings as readonly Finding[]);
  return evaluation;
}

function pinsOf(environments: unknown): Map<string, Map<string, string[]>> {
  const pins = new Map<string, Map<string, string[]>>();
  for (const [name, environment] of Object.entries(isRecord(environments) ? environments : {})) {
    const releases = isRecord(environment) && isRecord(environment.releases) ? environment.releases : {};
    for (const [server, label] of Object.entries(releases)) {
      if (typeof label !== 'string') continue;
      const labels = pins.get(server) ?? new Map<string, string[]>();
      labels.set(label, [...(labels.get(label) ?? []), name]);
      pins.set(server, labels);
    }
  }
  return pins;
}

/**
 * The environments of these names, in the program's order; all of them where none is named.
 *
 * @throws Failure naming the first that the program doesn't declare.
 */
export function chooseEnvironments(
  environments: Readonly<Record<string, Environment>>,
  names: readonly string[],
): Environment[] {
  for (const name of names) {
    if (!Object.hasOwn(environments, name)) {
      const known = Object.keys(environments).join(', ') || 'none';
      throw new Failure(`there is no environment ${name}; the program declares ${known}.`);
    }
  }
  return Object.values(environments).filter(({ name }) => names.length === 0 || names.includes(name));
}
