import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, sentenceOf } from '../kernel/failure.ts';
import { isPortInUse } from '../kernel/port.ts';
import { findEngine, noEngine } from '../launch/containers.ts';
import { runTool } from '../packages/tool.ts';
import { openFolder, stateFolder } from '../project/state-folder.ts';

/** One thing that Lockstep uses on this machine. */
export interface Diagnosis {
  readonly what: string;
  /**
   * What is `missing` matters only to those who use what needs it: not every project has servers from PyPI. A `busy`
   * port may be that of a gateway that is meant to run.
   */
  readonly state: 'ok' | 'missing' | 'busy' | 'bad';
  readonly found: string;
  /** What to do about it, as a sentence. Empty where nothing is to be done. */
  readonly advice: string;
}

/** Where a gateway would run. */
export interface Place {
  readonly state: string;
  readonly port: number;
  readonly cwd: string;
}

/** Bytes of a path that every system takes for a socket. */
const maxSocketPath = 103;
const minFreeBytes = 1024 ** 3;
/** Seconds that a clock may be off: tokens and approvals expire by it, and a bridge refuses what is older. */
const maxSkewSeconds = 30;

/** Looks at everything at the same time. */
export function diagnose(place: Place): Promise<Diagnosis[]> {
  return Promise.all([
    node(),
    tool('npm', ['--version'], 'bad', 'It comes with Node.js; install that anew.'),
    tool('git', ['--version'], 'missing', 'Install git for `plan --against` and `check --against`.'),
    tool(
      'python3',
      ['-c', 'import venv, ensurepip, sys; print(sys.version.split()[0])'],
      'missing',
      'Install Python 3 with venv and pip to run servers from PyPI.',
    ),
    containers(),
    tool('pulumi', ['version'], 'missing', 'Install Pulumi to deploy; plan, check and render do without.'),
    state(place),
    disk(place),
    port(place.port),
    clock(),
  ]);
}

async function node(): Promise<Diagnosis> {
  return { what: 'Node.js', state: 'ok', found: process.versions.node, advice: '' };
}

async function tool(
  command: string,
  args: readonly string[],
  otherwise: 'missing' | 'bad',
  advice: string,
): Promise<Diagnosis> {
  try {
    const printed = await runTool(command, args, { purpose: command, signal: AbortSignal.timeout(10_000) });
    const version = /\d+(?:\.\d+)+/.exec(printed)?.[0] ?? 'there';
    return { what: command, state: 'ok', found: version, advice: '' };
  } catch (error) {
    const found = codeOf((error as Error).cause) === 'ENOENT' ? 'not installed' : "doesn't work";
    return { what: command, state: otherwise, found, advice };
  }
}

async function containers(): Promise<Diagnosis> {
  const what = 'containers';
  const engine = await findEngine(AbortSignal.timeout(10_000));
  if (engine !== undefined) return { what, state: 'ok', found: engine, advice: '' };
  const advice = 'Install podman, or start docker, to run servers from images and to build images.';
  return { what, state: 'missing', found: noEngine, advice };
}

async function state({ state: folder, cwd }: Place): Promise<Diagnosis> {
  const folders = stateFolder(folder, cwd);
  const what = 'state folder';
  try {
    if (existsSync(folders.root)) openFolder(folders.root, folder);
  } catch (error) {
    return { what, state: 'bad', found: folders.root, advice: sentenceOf(error) };
  }
  const { length } = Buffer.from(folders.environment('production').socket);
  return length > maxSocketPath
    ? {
        what,
        state: 'bad',
        found: folders.root,
        advice: 'Its path is too long for a socket; choose a shorter one with --state.',
      }
    : { what, state: 'ok', found: folders.root, advice: '' };
}

async function disk({ state: folder, cwd }: Place): Promise<Diagnosis> {
  let path = stateFolder(folder, cwd).root;
  while (!existsSync(path)) path = dirname(path);
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const found = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return free < minFreeBytes
    ? {
        what: 'disk',
        state: 'bad',
        found,
        advice: 'Make room: a full disk stops the audit, and so the gateway.',
      }
    : { what: 'disk', state: 'ok', found, advice: '' };
}

async function port(number: number): Promise<Diagnosis> {
  const inUse = await isPortInUse('127.0.0.1', number);
  return inUse
    ? {
        what: `port ${number}`,
        state: 'busy',
        found: 'in use',
        advice:
          "If it isn't your gateway that listens there, stop what does, or choose another port with --port.",
      }
    : { what: `port ${number}`, state: 'ok', found: 'free', advice: '' };
}

/** Against whoever answers where npm gets packages from; that it doesn't answer is worth knowing, too. */
async function clock(): Promise<Diagnosis> {
  const what = 'clock and network';
  try {
    const registry = (await runTool('npm', ['config', 'get', 'registry'], { purpose: 'npm' })).trim();
    const reply = await fetch(registry, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
    const skew = Math.abs(Date.parse(reply.headers.get('date') ?? '') - Date.now()) / 1000;
    if (Number.isNaN(skew)) return { what, state: 'ok', found: 'the registry answers', advice: '' };
    const found = `${Math.round(skew)} s from the registry's`;
    return skew > maxSkewSeconds
      ? { what, state: 'bad', found, advice: 'Set the clock: tokens and approvals expire by it.' }
      : { what, state: 'ok', found, advice: '' };
  } catch {
    const advice = 'Connect, or set a proxy for npm, to install servers; what is installed runs without.';
    return { what, state: 'missing', found: "npm's registry doesn't answer", advice };
  }
}
