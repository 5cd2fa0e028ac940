import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@lockstep/testing/until';
import { Agent, request } from 'undici';

/** A token to create. Fields that are left out have defaults. */
export interface TokenWish {
  subject: string;
  /** Default: the subject. */
  owner?: string;
  roles?: string[];
  /** Default: `mcp`. */
  audience?: 'mcp' | 'admin';
}

/** An answer of the admin API. */
export interface AdminAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any part of it
  readonly body: any;
}

/** A running `lockstep up`. */
export interface Running {
  readonly url: string;
  readonly pid: number;
  /** The environment's state folder. */
  readonly state: string;
  /** Everything that it has printed so far. */
  output(): string;
  /** Calls the admin API: as the operator over the socket, or with a token over HTTP. */
  admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, token?: string): Promise<AdminAnswer>;
  /** Creates a token and returns its secret. */
  token(wish: TokenWish): Promise<string>;
  /** Sends Ctrl-C, waits for the end, and returns the exit code. */
  stop(): Promise<number | null>;
  /** Sends `kill -9` and waits for the end. */
  kill(): Promise<void>;
}

export interface UpOptions {
  /** The program and its arguments. */
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  state: string;
  /** How many seconds it may take to become ready. Default: 20. */
  seconds?: number;
}

/** Starts `lockstep up` and waits until it is ready. */
export async function startUp({ command, cwd, env, state, seconds = 20 }: UpOptions): Promise<Running> {
  const [program = '', ...args] = command;
  const before = readRunFile(join(state, 'run/gateway.json'))?.pid;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const socket = new Agent({ connect: { socketPath: join(state, 'run/gateway.sock') } });
  const overHttp = new Agent();
  const ended = once(child, 'exit');

  const started = await until(
    'lockstep up is ready',
    async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`lockstep up ended: ${output}`);
      const found = readRunFile(join(state, 'run/gateway.json'));
      // The file of an earlier gateway that was killed isn't ours.
      if (found === undefined || found.pid === before) return undefined;
      const ready = await request(`${found.url}/readyz`, { dispatcher: overHttp }).catch(() => undefined);
      await ready?.body.dump();
      return ready?.statusCode === 200 ? found : undefined;
    },
    seconds,
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    // Not to the child: the program that it runs under may block signals.
    if (child.exitCode === null && child.signalCode === null) process.kill(started.pid, signal);
    await ended;
    await Promise.all([socket.destroy(), overHttp.destroy()]);
    return child.exitCode;
  };

  const running: Running = {
    ...started,
    state,
    output: () => output,
    async admin(method, path, body, token) {
      const answer = await request(
        `${token === undefined ? 'http://localhost' : started.url}/api/v1${path}`,
        {
          dispatcher: token === undefined ? socket : overHttp,
          method,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
      );
      const text = await answer.body.text();
      return {
        status: answer.statusCode,
        body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
      };
    },
    async token({ subject, owner = subject, roles = [], audience = 'mcp' }) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const wish = { subject, owner, roles, audience, expiresAt };
      const { status, body } = await running.admin('POST', '/tokens', wish);
      if (status >= 300) throw new Error(`no token: ${JSON.stringify(body)}`);
      return body.token as string;
    },
    stop: () => end('SIGINT'),
    async kill() {
      await end('SIGKILL');
    },
  };
  return running;
}

function readRunFile(path: string): { pid: number; url: string } | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; url: string };
  } catch {
    return undefined; // being written
  }
}
