import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerDefinition, serverSchema } from '@lockstep/model/internal';
import { releaseOf } from '@lockstep/testing/release';
import { rawStdio } from '@lockstep/testing/servers/programs';
import { rawStdioTools } from '@lockstep/testing/servers/raw-stdio-tools';
import { eventually } from '@lockstep/testing/until';
import type { Log } from '../../kernel/log.ts';
import type { SecretStore } from '../../secrets/secrets.ts';
import type { RequestOptions, UpstreamAnswer, UpstreamRequest } from '../../upstream/transport/transport.ts';
import type { UpstreamEvent, UpstreamServer } from '../../upstream/upstream-server.ts';
import { createUpstreams, type Upstreams } from '../../upstream/upstreams.ts';

export const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {} };

/** A signal that nobody aborts. */
export const { signal: noSignal } = new AbortController();

/** Fields of a server's definition that a test cares about. */
export type DefinitionInput = Partial<Omit<ServerDefinition, 'run' | 'remote'>>;

/** A hand-written process that behaves as told. */
export function rawServer(
  name: string,
  options: DefinitionInput & { behave?: string[]; env?: Record<string, string>; cwd?: string } = {},
): UpstreamServer {
  const { behave = [], env = {}, cwd, ...definition } = options;
  return {
    name,
    definition: serverSchema.parse({ run: { command: 'node' }, ...definition }),
    release: releaseOf({ tools: rawStdioTools }),
    launch: {
      type: 'stdio',
      command: process.execPath,
      args: [rawStdio, ...behave],
      env,
      ...(cwd !== undefined && { cwd }),
    },
  };
}

/** A remote server. */
export function httpServer(
  name: string,
  url: string,
  release: UpstreamServer['release'],
  definition: DefinitionInput = {},
): UpstreamServer {
  return {
    name,
    definition: serverSchema.parse({ remote: { url }, ...definition }),
    release,
    launch: { type: 'http', url },
  };
}

/** Upstreams in their own folder, and what happened to them. */
export interface Stage extends AsyncDisposable {
  readonly upstreams: Upstreams;
  readonly dir: string;
  readonly events: UpstreamEvent[];
  /** Events of one type, so far. */
  of<T extends UpstreamEvent['type']>(type: T): Extract<UpstreamEvent, { type: T }>[];
  /** Waits until a server reaches a state. */
  is(server: string, state: string): Promise<void>;
  /** Calls a tool and reads the JSON in the answer's text. */
  call<T = unknown>(
    server: string,
    key: string,
    name: string,
    args?: object,
    options?: Partial<RequestOptions>,
  ): Promise<T>;
}

export async function openStage(
  servers: UpstreamServer[],
  options: { maxResultBytes?: number; log?: Log; bridgeKey?: Uint8Array; secrets?: SecretStore } = {},
): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  const events: UpstreamEvent[] = [];
  const upstreams = createUpstreams(servers, {
    workdir: join(dir, 'work'),
    principalDir: (server, key) => join(dir, server, Buffer.from(key).toString('hex')),
    onEvent: (event) => events.push(event),
    log: options.log ?? noLog,
    maxResultBytes: options.maxResultBytes ?? 1024 * 1024,
    secrets: options.secrets,
    bridgeKey: options.bridgeKey,
  });
  return {
    upstreams,
    dir,
    events,
    of: (type) => events.filter((event) => event.type === type) as never,
    is: (server, state) =>
      eventually(() => upstreams.health().find((health) => health.server === server)?.state === state),
    async call(server, key, name, args = {}, more = {}) {
      const answer = await upstreams.request(server, key, callOf(name, args), { ...patient, ...more });
      // A test states the type that it expects; if it is wrong, the assertions fail.
      return readText(answer) as never;
    },
    async [Symbol.asyncDispose]() {
      await upstreams.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Options of a request that waits long enough. */
export const patient: RequestOptions = { signal: noSignal, timeoutSeconds: 20 };

export function callOf(name: string, args: object = {}): UpstreamRequest {
  return { method: 'tools/call', params: { name, arguments: args } };
}

/** The JSON in the text of a tool result. */
export function readText(answer: UpstreamAnswer): unknown {
  if ('error' in answer) throw new Error(answer.error.message);
  const [content] = answer.result.content as { text: string }[];
  try {
    return JSON.parse(content?.text ?? '');
  } catch {
    return content?.text;
  }
}
