import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EnvironmentInput, Lock, ServerInput } from '@lockstep/model';
import { type Running, startUp } from './running.ts';

export const repository = resolve(import.meta.dirname, '../..');
const cli = join(repository, 'packages/cli/src/main.ts');

/** The command line of `lockstep …`. */
export function lockstepCommand(args: readonly string[]): string[] {
  return [process.execPath, '--conditions=lockstep-source', cli, ...args];
}

/** How a command ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a person writes: servers, and environments without releases; these are the locked ones. */
export interface Program {
  servers: Record<string, ServerInput>;
  environments: Record<string, Omit<EnvironmentInput, 'releases'>>;
}

/** A project in its own temporary folder, with the real command line. */
export interface Project {
  readonly folder: string;
  readonly lockPath: string;
  /** Runs `lockstep …` in the project. */
  lockstep(args: readonly string[], env?: Record<string, string>): Promise<Ran>;
  /** Writes `stacks/environments.ts`. */
  write(program: Program): Promise<void>;
  readLock(): Promise<Lock>;
  /** Confirms every class in the lock, as a person does after looking at each. */
  confirmAll(): Promise<void>;
  /** Starts `lockstep up <environment>`, optionally under another program, and waits until it is ready. */
  up(environment: string, options?: { under?: string[] }): Promise<Running>;
  remove(): Promise<void>;
}

/** The label of every release that these projects lock. */
export const label = 'reviewed';

/** Declares a script of test/servers as a server. */
export function testServer(script: string, args: string[], more: Partial<ServerInput> = {}): ServerInput {
  return {
    run: { command: process.execPath, args: [join(repository, 'test/servers', script), ...args] },
    ...more,
  } as ServerInput;
}

/** Makes a project, locks what its servers offer, and confirms every class. */
export async function makeProject(program: Program): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lockstep-project-')));
  await mkdir(join(folder, 'stacks'));
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  const state = join(folder, '.lockstep');
  const lockPath = join(folder, 'stacks/tools.lock.json');
  const environmentOf = (extra: Record<string, string>): NodeJS.ProcessEnv => {
    const { LOCKSTEP_TOKEN: _token, ...inherited } = process.env;
    return { ...inherited, NO_COLOR: '1', ...extra };
  };

  const project: Project = {
    folder,
    lockPath,
    lockstep: (args, env = {}) =>
      new Promise((settle) => {
        const options = { cwd: folder, env: environmentOf(env), maxBuffer: 64 * 1024 * 1024 };
        const [program = '', ...argv] = lockstepCommand(args);
        execFile(program, argv, options, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          settle({ code, stdout, stderr });
        });
      }),
    write: (wanted) => writeFile(join(folder, 'stacks/environments.ts'), print(wanted)),
    readLock: async () => JSON.parse(await readFile(lockPath, 'utf8')) as Lock,
    async confirmAll() {
      const lock = await project.readLock();
      const releases = Object.values(lock.servers).flatMap((server) => Object.values(server.releases));
      for (const tool of releases.flatMap(({ tools }) => Object.values(tools))) tool.reviewed = true;
      await writeFile(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
    },
    up: (environment, { under = [] } = {}) =>
      startUp({
        command: [...under, ...lockstepCommand(['up', environment, '--port', '0'])],
        cwd: folder,
        env: environmentOf({}),
        state: join(state, environment),
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };

  await project.write(program);
  const locked = await project.lockstep(['lock', '--as', label]);
  if (locked.code !== 0) throw new Error(`lock failed: ${locked.stdout}${locked.stderr}`);
  await project.confirmAll();
  return project;
}

function print({ servers, environments }: Program): string {
  const releases = Object.fromEntries(Object.keys(servers).map((name) => [name, label]));
  const whole = Object.fromEntries(
    Object.entries(environments).map(([name, environment]) => [name, { ...environment, releases }]),
  );
  return `import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers(${JSON.stringify(servers, null, 2)});
export const environments = defineEnvironments({
  servers,
  lock,
  environments: ${JSON.stringify(whole, null, 2)},
});
`;
}
