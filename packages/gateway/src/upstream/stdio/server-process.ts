import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reaper } from './reaper.ts';

/** Announces its group to the reaper on descriptor 3, closes that, and becomes the server: no moment is unwatched. */
const announce = 'echo "+$$" >&3; exec 3>&-; exec "$@"';

/** Milliseconds that a server gets to end by itself after the end of its input, and again after SIGTERM. */
const graceAfterEndMs = 400;
const graceAfterTermMs = 2000;
/** Milliseconds that processes which it left behind get after SIGTERM. */
const graceForHelpersMs = 200;

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Ends what would be left behind; undefined if the container does that. */
  readonly reaper: Reaper | undefined;
}

/** A server's process, the leader of a group with everything that it starts. */
export interface ServerProcess {
  /** The id of the process and of its group. */
  readonly pid: number;
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  /** Settles once it has exited, with the way it did as a clause (`exited with code 1`). */
  readonly exited: Promise<string>;
  /** Ends it and its whole group: end of input, SIGTERM, SIGKILL. Settles when the group has ended. */
  stop(): Promise<void>;
}

/** @throws Error if the process can't be started at all. */
export function startProcess({ command, args, env, cwd, reaper }: ProcessOptions): ServerProcess {
  const [file, fileArgs] =
    reaper === undefined ? [command, args] : ['/bin/sh', ['-c', announce, 'sh', command, ...args]];
  const child = spawn(file, fileArgs, {
    detached: true,
    cwd,
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe', ...(reaper === undefined ? [] : [reaper.input()])],
  }) as unknown as ChildProcessByStdio<Writable, Readable, Readable>;
  const { pid } = child;
  // Without a process id, `error` follows with the reason; without a listener it would end the gateway.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  if (pid === undefined)
    throw new Error(`it can't be started in ${cwd} with the command ${JSON.stringify(command)}`);
  reaper?.remember(pid);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(describeExit(command, code, signal)));
  });
  let stopping: Promise<void> | undefined;
  return {
    pid,
    input: child.stdin,
    output: child.stdout,
    errors: child.stderr,
    exited,
    stop: () => (stopping ??= stopGroup(pid, child.stdin, exited).then(() => reaper?.forget(pid))),
  };
}

function describeExit(command: string, code: number | null, signal: string | null): string {
  if (signal !== null) return `was ended by ${signal}`;
  if (code === 127) return `exited with code 127: the command ${JSON.stringify(command)} was not found`;
  return `exited with code ${code}`;
}

async function stopGroup(group: number, input: Writable, exited: Promise<string>): Promise<void> {
  input.end();
  await within(graceAfterEndMs, exited);
  if (!signalGroup(group, 'SIGTERM')) return;
  await groupGone(group, exited);
  if (signalGroup(group, 'SIGKILL')) await within(graceAfterTermMs, exited);
}

/** Signals a group and returns whether there was anything to signal. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits for the server as long as it may need to finish its work, but only a moment for helpers that it left. */
async function groupGone(group: number, exited: Promise<string>): Promise<void> {
  await within(graceAfterTermMs, exited);
  const deadline = performance.now() + graceForHelpersMs;
  while (signalGroup(group, 0) && performance.now() < deadline) await sleep(10);
}

/** Waits for `event`, but no longer than that. The timer doesn't keep the process running. */
async function within(milliseconds: number, event: Promise<unknown>): Promise<void> {
  await Promise.race([event, sleep(milliseconds, undefined, { ref: false })]);
}
