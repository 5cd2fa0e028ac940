import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverSchema } from '@lockstep/model/internal';
import { releaseOf } from '@lockstep/testing/release';
import { rawStdio } from '@lockstep/testing/servers/programs';
import { rawStdioTools } from '@lockstep/testing/servers/raw-stdio-tools';
import { eventually } from '@lockstep/testing/until';
import { type BridgeOptions, startBridge } from '../../bridge/bridge.ts';
import { isolationHeader, signedContent, signIsolation } from '../../protocol/bridge-contract.ts';
import type { UpstreamServer } from '../../upstream/upstream-server.ts';
import { type DefinitionInput, openStage, type Stage } from './stage.ts';

/** One line of a bridge's log. */
export type LogLine = Record<string, unknown> & { readonly message: string };

/** A bridge in front of the server of `@lockstep/testing/servers/raw-stdio`, in its own folder. */
export interface BridgeStage extends AsyncDisposable {
  /** Its MCP endpoint. */
  readonly url: string;
  readonly origin: string;
  readonly secret: Uint8Array;
  readonly dir: string;
  readonly log: readonly LogLine[];
  /** Ids of all processes that were started for calls, in order. */
  pids(): number[];
  close(): Promise<void>;
}

export async function openBridge(
  options: Partial<BridgeOptions> & { behave?: string[]; port?: number } = {},
): Promise<BridgeStage> {
  const { behave = [], ...more } = options;
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-bridge-'));
  const secret = randomBytes(32);
  const log: LogLine[] = [];
  const write = (fields: Record<string, unknown>, message: string) => void log.push({ ...fields, message });
  const bridge = await startBridge({
    command: process.execPath,
    args: [rawStdio, ...behave],
    processes: 16,
    idle: 600,
    timeout: 20,
    maxResult: 1024 * 1024,
    host: '127.0.0.1',
    port: 0,
    stateDir: dir,
    hide: [],
    secretFiles: join(dir, 'secrets'),
    secret,
    env: { PATH: process.env.PATH },
    log: { debug: write, info: write, warn: write },
    ...more,
  });
  const origin = `http://127.0.0.1:${bridge.port}`;
  return {
    url: `${origin}/mcp`,
    origin,
    secret,
    dir,
    log,
    pids: () => log.flatMap(({ message, pid }) => (message.endsWith('is up') ? [Number(pid)] : [])),
    close: () => bridge.close(),
    async [Symbol.asyncDispose]() {
      await bridge.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The same server, as a gateway sees it. */
export function bridgedServer(name: string, url: string, definition: DefinitionInput = {}): UpstreamServer {
  return {
    name,
    definition: serverSchema.parse({ run: { command: 'node' }, ...definition }),
    release: releaseOf({ tools: rawStdioTools }),
    launch: { type: 'http', url, isolation: 'signed' },
  };
}

/** A gateway's upstreams: one server, `files`, behind a bridge that is ready. */
export async function openBridged(bridge: BridgeStage, definition: DefinitionInput = {}): Promise<Stage> {
  await eventually(async () => (await fetch(`${bridge.origin}/readyz`)).status === 200);
  return openStage([bridgedServer('files', bridge.url, definition)], { bridgeKey: bridge.secret });
}

/** The parts of a hand-made request to a bridge; each has a valid default. */
export interface ByHand {
  readonly method?: 'POST' | 'GET' | 'DELETE';
  readonly key?: string;
  readonly secret?: Uint8Array;
  readonly session?: string;
  readonly message?: object;
  /** The body to sign, if it differs. */
  readonly signedMessage?: object;
  /** Unix time in seconds. */
  readonly now?: number;
  /** Replaces the valid signature. */
  readonly signature?: string | undefined;
}

/** Sends a request to a bridge without a gateway. */
export async function askByHand(bridge: BridgeStage, byHand: ByHand = {}): Promise<Response> {
  const { method = 'POST', key = 'alice', secret = bridge.secret, session, now = Date.now() / 1000 } = byHand;
  const message = byHand.message ?? initializeMessage;
  const body = method === 'POST' ? JSON.stringify(message) : '';
  const signed = method === 'POST' ? JSON.stringify(byHand.signedMessage ?? message) : '';
  const signature =
    'signature' in byHand
      ? byHand.signature
      : signIsolation(secret, key, signedContent(method, session, signed), now);
  return fetch(bridge.url, {
    method,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(signature !== undefined && { [isolationHeader]: signature }),
      ...(session !== undefined && { 'mcp-session-id': session }),
    },
    ...(method === 'POST' && { body }),
  });
}

/** The message that begins a session. */
export const initializeMessage = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
