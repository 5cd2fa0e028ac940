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

/** The folder with what each release left behind. */
export const fixtures = join(import.meta.dirname, 'fixtures');

/** The environment of the fixtures. */
export const environment = 'prod';

/** What a release recorded about what it left behind: `expected.json`. */
export interface Expected {
  /** When it was stopped: ISO 8601 in UTC. */
  readonly madeAt: string;
  /** The bundle's digest. */
  readonly bundle: string;
  /** Secrets of tokens; all except `revoked` can sign in. */
  readonly tokens: Readonly<Record<'agent' | 'bob' | 'carol' | 'auditor' | 'revoked', string>>;
  readonly approvals: {
    /** Approved by Bob and Carol, and used. */
    readonly used: { readonly id: string; readonly text: string };
    /** Approved by Bob alone. */
    readonly pending: { readonly id: string; readonly text: string };
    /** Void because the tool was quarantined. */
    readonly void: { readonly id: string };
  };
  /** The place of a call that was in progress when the gateway was killed: `writer:epoch:seq`. */
  readonly openIntent: string;
  /** How many records there were when the gateway was killed. */
  readonly records: number;
  /** How many of them no checkpoint covers, because they are at the ends of killed epochs. */
  readonly unsigned: number;
  /** The last record when the gateway was killed, in the form of `--expect-head`. */
  readonly head: string;
  /** The intent of the used approval, and the opened salt of its commitment. */
  readonly salted: { readonly place: string; readonly hash: string; readonly salt: string };
  /** How many records `export.jsonl` contains. */
  readonly exported: number;
}

/** A project in a temporary folder, with the state that it was left in. Its gateways are killed at the end. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  /** The environment's state folder. */
  readonly state: string;
  /** Runs `lockstep …` in the project. */
  lockstep(args: readonly string[]): Promise<Ran>;
  /**
   * Starts the gateway and waits until it is ready.
   *
   * @param now the time on its clock at the start: ISO 8601. Default: the real time.
   */
  up(now?: string): Promise<Running>;
}

/** Copies a fixture to a folder where it can run. A fixture without a state is a project that hasn't run yet. */
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
      // Does nothing to a gateway that has ended.
      for (const running of started) await running.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads a fixture's `expected.json`. */
export async function readExpected(version: string): Promise<Expected> {
  return JSON.parse(await readFile(join(fixtures, version, 'expected.json'), 'utf8')) as Expected;
}

/** Restricts the keys to their owner, since Git keeps no such modes and a gateway refuses keys that others can read. */
async function closeToOthers(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
}

function clockAt(now: string): NodeJS.ProcessEnv {
  const clock = pathToFileURL(join(import.meta.dirname, 'clock.ts')).href;
  return { UPGRADE_NOW: now, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${clock}`.trim() };
}
