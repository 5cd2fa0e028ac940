import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lockstepCommand, type Ran, repository } from '../end-to-end/project.ts';
import { type Running, startUp } from '../end-to-end/running.ts';

/** The folder that holds what each release left behind. */
export const fixtures = join(import.meta.dirname, 'fixtures');

/** The environment that fixtures have. */
export const environment = 'prod';

/** What a release knew of what it left behind: `expected.json`. */
export interface Expected {
  /** When it was stopped: ISO 8601 in UTC. */
  readonly madeAt: string;
  /** The bundle's digest. */
  readonly bundle: string;
  /** Secrets of tokens; all but `revoked` sign in. */
  readonly tokens: Readonly<Record<'agent' | 'bob' | 'carol' | 'auditor' | 'revoked', string>>;
  readonly approvals: {
    /** Approved by Bob and Carol, and used. */
    readonly used: { readonly id: string; readonly text: string };
    /** Approved by Bob alone. */
    readonly pending: { readonly id: string; readonly text: string };
    /** Void, since the tool was quarantined. */
    readonly void: { readonly id: string };
  };
  /** The place of a call that was under way when the gateway was killed: `writer:epoch:seq`. */
  readonly openIntent: string;
  /** How many records there were when it was killed. */
  readonly records: number;
  /** How many of them no checkpoint covers: the ends of the epochs that were killed. */
  readonly unsigned: number;
  /** The last record when it was killed, as `--expect-head` takes it. */
  readonly head: string;
  /** The intent of the used approval, and the salt of its commitment, opened. */
  readonly salted: { readonly place: string; readonly hash: string; readonly salt: string };
  /** How many records `export.jsonl` holds. */
  readonly exported: number;
}

/** A project in a temporary folder, with the state that it was left in. At the end its gateways are killed. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  /** The environment's state folder. */
  readonly state: string;
  /** Runs `lockstep …` in the project. */
  lockstep(args: readonly string[]): Promise<Ran>;
  /**
   * Starts the gateway and waits until it serves.
   *
   * @param now what its clock shows then: ISO 8601. Default: the time.
   */
  up(now?: string): Promise<Running>;
}

/** Copies a fixture to where it can be run. One without a state is a project that hasn't run yet. */
export async function openScene(version: string): Promise<Scene> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lockstep-upgrade-')));
  const from = join(fixtures, version);
  const state = join(folder, '.lockstep', environment);
  await mkdir(join(folder, '.lockstep'), { mode: 0o700 });
  for (const name of await readdir(from))
    await cp(join(from, name), name === 'state' ? state : join(folder, name), { recursive: true });
  await closeToOthers(state);
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));

  const { LOCKSTEP_TOKEN: _token, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: '1' };
  const started: Running[] = [];
  return {
    folder,
    state,
    lockstep: (args) =>
      new Promise((settle) => {
        const [program = '', ...argv] = lockstepCommand(args);
        execFile(program, argv, { cwd: folder, env }, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          settle({ code, stdout, stderr });
        });
      }),
    async up(now) {
      const running = await startUp({
        command: lockstepCommand(['up', environment, '--port', '0']),
        cwd: folder,
        env: now === undefined ? env : { ...env, ...clockAt(now) },
        state,
      });
      started.push(running);
      return running;
    },
    async [Symbol.asyncDispose]() {
      // Does nothing where one has ended.
      for (const running of started) await running.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads a fixture's `expected.json`. */
export async function readExpected(version: string): Promise<Expected> {
  return JSON.parse(await readFile(join(fixtures, version, 'expected.json'), 'utf8')) as Expected;
}

/** Git keeps no modes but that of executables; a gateway refuses keys that others can read. */
async function closeToOthers(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
}

function clockAt(now: string): NodeJS.ProcessEnv {
  const clock = pathToFileURL(join(import.meta.dirname, 'clock.ts')).href;
  return { UPGRADE_NOW: now, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${clock}`.trim() };
}
