import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '@lockstep/gateway';
import { defineEnvironments, defineServers, type Lock, type ServerInput } from '@lockstep/model';
import { createdTokenSchema } from '@lockstep/model/admin';
import { makeBundle } from '@lockstep/model/internal';
import { until } from '@lockstep/testing/until';
import { Agent, request } from 'undici';
import { repository } from './project.ts';

const pod = join(repository, 'packages/gateway/src/pod/main.ts');

/** A bridge as it runs in a pod: the image's program, in its mode `bridge`. */
export interface BridgeProcess {
  readonly url: string;
  readonly pid: number;
  /** The folder that holds `${workdir}` and `${principaldir}`. */
  readonly state: string;
  /** Sends a signal, waits for the end, and returns the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  remove(): Promise<void>;
}

/**
 * Starts a bridge and waits until it is ready.
 *
 * @param key the key that the gateway signs with.
 * @param env the variables that the container declares for the server.
 */
export async function startBridge(
  key: Uint8Array,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<BridgeProcess> {
  const state = await mkdtemp(join(tmpdir(), 'lockstep-pod-'));
  const keyFile = join(state, 'bridge.key');
  await writeFile(keyFile, key, { mode: 0o400 });
  const flags = ['--host', '127.0.0.1', '--port', '0', '--key', keyFile, '--state', state];
  const child = spawn(
    process.execPath,
    ['--conditions=lockstep-source', pod, 'bridge', ...flags, '--', ...command],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, ...env } },
  );
  const ended = once(child, 'exit');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const origin = await until('the bridge is ready', async () => {
    if (child.exitCode !== null) throw new Error(`the bridge ended: ${output}`);
    const port = /"port":(\d+)/.exec(output)?.[1];
    const found = `http://127.0.0.1:${port}`;
    return port !== undefined && (await fetch(`${found}/readyz`)).status === 200 && found;
  });
  return {
    url: `${origin}/mcp`,
    pid: child.pid ?? 0,
    state,
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
    async remove() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** A gateway whose servers are all behind bridges. */
export interface BridgedGateway {
  readonly gateway: RunningGateway;
  token(subject: string): Promise<string>;
  remove(): Promise<void>;
}

/** @param urls the URL of each server's bridge. */
export async function openBridgedGateway(
  { servers, lock, key }: { servers: Record<string, ServerInput>; lock: Lock; key: Uint8Array },
  urls: Record<string, string>,
): Promise<BridgedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-gateway-'));
  const releases = Object.fromEntries(
    Object.keys(servers).map((name) => [name, Object.keys(lock.servers[name]?.releases ?? {})[0] ?? '']),
  );
  const { staging } = defineEnvironments({
    servers: defineServers(servers),
    lock,
    environments: { staging: { profile: 'staging', releases } },
  });
  if (staging === undefined) throw new Error('no environment');
  const bundle = makeBundle(staging);
  const gateway = await startGateway({
    bundle: { read: async () => ({ files: bundle.files }), stamp: async () => bundle.digest },
    launch: async (name) => ({ type: 'http', url: urls[name] ?? '', isolation: 'signed' }),
    bridgeKey: key,
    stateDir: join(folder, 'state'),
    port: 0,
    logLevel: 'silent',
  });
  const operator = new Agent({ connect: { socketPath: gateway.socketPath } });
  return {
    gateway,
    async token(subject) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const answer = await request('http://localhost/api/v1/tokens', {
        dispatcher: operator,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ subject, owner: subject, roles: [], audience: 'mcp', expiresAt }),
      });
      return createdTokenSchema.parse(await answer.body.json()).token;
    },
    async remove() {
      await operator.close();
      await gateway.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
