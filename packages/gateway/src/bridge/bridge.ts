import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServer, listen, serverLimits } from '../http/listen.ts';
import { sendJson } from '../http/respond.ts';
import { messageOf } from '../kernel/errors.ts';
import { createLog, type Log } from '../kernel/log.ts';
import { createRedaction } from '../kernel/redaction.ts';
import { folderNameOf } from '../kernel/state-folders.ts';
import { readBridgeKey } from '../keys/root-key.ts';
import { watchKey } from '../protocol/bridge-contract.ts';
import { startBackoff } from '../upstream/resilience/waiting.ts';
import { startReaper } from '../upstream/stdio/reaper.ts';
import { stdioConnector } from '../upstream/stdio/stdio-connector.ts';
import { redacted, redactedLog } from '../upstream/transport/redacted.ts';
import { type BridgeSettings, parseBridgeArguments } from './bridge-arguments.ts';
import { type BridgeSessions, createBridgeSessions } from './bridge-sessions.ts';
import { relayMcp, type ServeOptions } from './relay-mcp.ts';
import { createReplays } from './replays.ts';
import { sendFailure } from './reply.ts';

/** Seconds that calls in flight get to finish when the bridge stops; the pod's grace period usually ends earlier. */
const drainSeconds = 300;
/** Milliseconds between two log lines about refused requests. */
const refusalPauseMs = 1000;
/** The bridge has a single server; the pod's name says which. */
const name = 'this server';

export interface BridgeOptions extends Omit<BridgeSettings, 'keyFile'> {
  /** Shared with the gateway: 32 bytes. */
  readonly secret: Uint8Array;
  /** The bridge's own environment, see {@link serverEnvironment}. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** A running bridge. */
interface RunningBridge {
  readonly port: number;
  /** Lets calls in flight finish, then ends every process. */
  close(): Promise<void>;
}

/**
 * Runs a stdio server for a gateway elsewhere: one process per isolation key, behind HTTP that accepts only signed
 * requests.
 *
 * @throws Error in one sentence if the port isn't available.
 */
export async function startBridge(options: BridgeOptions): Promise<RunningBridge> {
  const { stateDir } = options;
  const { hide, redact } = createRedaction();
  const log = redactedLog(options.log, redact);
  // A container without a shell needs no reaper: when its first process ends, the kernel ends all others.
  const reaper = existsSync('/bin/sh') ? startReaper() : undefined;
  const stdio = stdioConnector({
    name,
    command: options.command,
    args: options.args,
    env: serverEnvironment(options.env),
    cwd: undefined,
    needs: [],
    workdir: join(stateDir, 'work'),
    principalDir: (key) => join(stateDir, 'principals', folderNameOf(key)),
    timeoutSeconds: () => options.timeout,
    maxBytes: options.maxResult,
    reaper,
    log,
  });
  const connector = redacted(
    {
      ...stdio,
      connect: async (request) => {
        hide(await hiddenValues(options));
        return stdio.connect(request);
      },
    },
    redact,
  );
  const { processes: max, idle, timeout: timeoutSeconds } = options;
  const sessions = createBridgeSessions({ connector, max, idle, timeoutSeconds, log });
  const stopped = new AbortController();
  const { secret } = options;
  const server = createListener({
    ...{ secret, sessions, replays: createReplays(), onRefused: refusalLog(log) },
    onFailure: (error) => log.warn({ error: messageOf(error) }, 'a request failed'),
  });
  try {
    const port = await listen(server, options.host, options.port);
    void tryOut(sessions, stopped.signal);
    return { port, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    stopped.abort();
    sessions.stopFollowing();
    if (server.listening) await closeServer(server, drainSeconds);
    await sessions.close();
    reaper?.close();
  }
}

/** Starts the server once. If it doesn't start, the pod doesn't become ready and replaces no working pod. */
async function tryOut(sessions: BridgeSessions, signal: AbortSignal): Promise<void> {
  for (
    let backoff = startBackoff.next();
    !sessions.proven() && !signal.aborted;
    backoff = backoff.next(undefined)
  ) {
    try {
      await sessions.end(await sessions.open(watchKey, signal));
    } catch {
      // The log already has the reason.
      await sleep(backoff.duration, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

type ListenerOptions = ServeOptions & { readonly onFailure: (error: unknown) => void };

function createListener(options: ListenerOptions): Server {
  return createServer(serverLimits, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') {
      const ready = options.sessions.proven();
      return sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' });
    }
    if (path !== '/mcp') return sendFailure(response, 404, 'There is nothing here; use /mcp.');
    relayMcp(request, response, options).catch((error: unknown) => {
      options.onFailure(error);
      if (response.headersSent) response.destroy();
      else sendFailure(response, 502, 'The bridge failed to answer this request; see its log.');
    });
  });
}

/** Limits the log, so that callers other than the gateway can't fill it. */
function refusalLog(log: Log): ServeOptions['onRefused'] {
  let last = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return (reason, from) => {
    if (performance.now() - last < refusalPauseMs) {
      unsaid += 1;
      return;
    }
    log.warn({ reason, from, ...(unsaid > 0 && { others: unsaid }) }, 'a request was refused');
    last = performance.now();
    unsaid = 0;
  };
}

/**
 * Runs a bridge until the process is asked to end (SIGTERM, SIGINT). Calls in flight finish, and no process of the
 * server is left.
 *
 * @param argv the arguments after `bridge`: `--processes 16 -- node server.js`.
 * @throws Error in one sentence if it can't start.
 */
export async function runBridge(argv: readonly string[]): Promise<void> {
  const { keyFile, ...settings } = parseBridgeArguments(argv);
  const log = createLog('info');
  // Before anything starts: without these listeners, the first process of a container ignores both signals.
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const secret = await readBridgeKey(keyFile);
  if (secret === undefined)
    throw new Error(`${keyFile} is missing; mount the gateway's \`bridge.key\` there.`);
  const bridge = await startBridge({ ...settings, secret, env: process.env, log });
  log.info({ port: bridge.port, command: settings.command }, 'the bridge is up');
  await ended;
  log.info({}, 'the bridge is stopping');
  await bridge.close();
}

/**
 * Variables that the container's runtime sets and nobody declared: values that vary by pod, and folders that each
 * isolation key has of its own.
 */
const ofTheRuntime = /^(HOME|TMPDIR|HOSTNAME|PWD|OLDPWD|SHLVL|_|KUBERNETES_\w*)$/;

/** The part of the bridge's environment that its server gets; the container is there for the server alone. */
export function serverEnvironment(
  host: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(host).flatMap(([name, value]) =>
      value === undefined || ofTheRuntime.test(name) ? [] : [[name, value]],
    ),
  );
}

/** The current values of a server's secrets: some are refreshed in their files while the pod runs. */
async function hiddenValues({
  hide,
  secretFiles,
  env,
}: Pick<BridgeOptions, 'hide' | 'secretFiles' | 'env'>): Promise<string[]> {
  const names = await readdir(secretFiles).catch(() => []);
  // Names that start with a dot belong to Kubernetes.
  const files = names.filter((name) => !name.startsWith('.'));
  const texts = await Promise.all(
    files.map((name) => readFile(join(secretFiles, name), 'utf8').catch(() => '')),
  );
  return [...hide.flatMap((name) => env[name] ?? []), ...texts];
}
