import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '@lockstep/model/internal';
import { adminApp, adminListener } from './admin/app.ts';
import { serveSocket } from './admin/socket.ts';
import { followArchive } from './archive/follow.ts';
import { followBundle, readOffer } from './bundle/follow.ts';
import { loadedRecord, rejectBundle, takeBundle } from './bundle/take.ts';
import { handleFleetEvent } from './fleet-events.ts';
import { startHousekeeping } from './housekeeping.ts';
import { clientAddress } from './http/address.ts';
import { closeServer, listen } from './http/listen.ts';
import { createListener } from './http/listener.ts';
import { createMetricsListener } from './http/metrics.ts';
import { followTokenFile } from './identity/follow-token-file.ts';
import { isLoopbackName } from './identity/loopback.ts';
import { type AllowedHosts, allowedHosts } from './identity/origin.ts';
import { createSignIn, localUser } from './identity/sign-in.ts';
import { demandToken, openTokens } from './identity/tokens.ts';
import { openKeys } from './keys/keys.ts';
import { createLists } from './lists/lists.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { GatewayOptions, RunningGateway } from './options.ts';
import type { Context } from './pipeline/context.ts';
import { principalKey } from './pipeline/isolation.ts';
import { makePolicy, type Policy } from './policy/policy.ts';
import { createSessions } from './protocol/sessions.ts';
import { createStreams } from './protocol/streams.ts';
import { createSecrets } from './secrets/secrets.ts';
import { collectStartupGarbage } from './startup-garbage.ts';
import { prepareState, principalFolder } from './state.ts';
import { openStore } from './store/open-store.ts';
import { createFleet } from './upstream/fleet.ts';
import type { FleetServer } from './upstream/launch.ts';
import { version } from './version.ts';

/** Seconds that calls in flight have to finish when the gateway stops. */
const drain = 10;

/**
 * Starts a gateway: it loads the bundle whole or not at all, opens the audit, starts the servers, and listens.
 *
 * @throws ConfigurationError for a bundle that can't be used, and Error in one sentence for anything else that
 * stands in the way: a port in use, a state folder that another gateway has, an address without authentication.
 * @example
 * const gateway = await startGateway({ bundle: bundleFolder('bundle'), launch, stateDir: '.lockstep/dev' });
 * console.log(gateway.url);
 * await gateway.close();
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { host = '127.0.0.1', port = 7411, metricsHost = '127.0.0.1', tokenFile } = options;
  const log = createLog(options.logLevel ?? 'info');
  const offer = await readOffer(options.bundle);
  let policy = makePolicy(offer.bundle);
  const { environment } = policy.config;
  const folders = await prepareState(options.stateDir);
  const keys = await openKeys(options.keysDir ?? folders.keys, {
    create: options.keysDir === undefined,
    publishTo: folders.keys,
  });
  const ended = Promise.withResolvers<void>();
  let isReady = false;
  let knownHosts: AllowedHosts | undefined;

  // Whatever is opened is closed in the opposite order, also when a later step fails.
  await using opened = new AsyncDisposableStack();
  const store = await openStore({ dataDir: folders.data, keys, environment, onLost });
  opened.defer(() => store.close());
  const archive = followArchive({ store, environment, sign: keys.sign, log });
  opened.defer(() => archive.close());
  relocate(offer.deployment);
  const tokens = await openTokens(store, environment);
  opened.defer(await followTokenFile(tokenFile, tokens, log));
  const isLoopback = isLoopbackName(host);
  const hasLocalUser = isLoopback && tokenFile === undefined;
  if (!isLoopback && tokenFile === undefined) await demandToken(tokens, host);

  const secrets = createSecrets({ source: options.secrets, log });
  opened.defer(() => options.secrets?.close?.());
  const fleet = createFleet(await fleetServers(policy, offer.deployment, options), {
    workdir: folders.work,
    principalDir: (server, key) => principalFolder(folders, server, key),
    onEvent: (event) => void handleFleetEvent(event, context).catch(logError),
    log,
    secrets,
    bridgeKey: options.bridgeKey,
    maxResultBytes: policy.config.settings.limits.result,
  });
  opened.defer(() => fleet.close());

  const streams = createStreams();
  const sessions = createSessions((session) => {
    streams.closeWhere((stream) => stream.sessionId === session.id);
    fleet.releaseKey(`session:${session.id}`);
  });
  const localRoles = () => localUser(policy.config.settings.local.roles);
  const context: Context = {
    authenticate: createSignIn(hosts, tokens.authenticate, hasLocalUser ? localRoles : undefined),
    store,
    keys,
    fleet,
    lists: createLists(fleet),
    sessions,
    streams,
    metrics: createMetrics({
      health: () => fleet.health(),
      approvalsWaiting: () => store.query('countWaiting', null),
      auditLag: store.lag,
      archive,
      secrets: secrets.status,
    }),
    log,
    policy: () => policy,
    publicUrl,
  };
  tokens.onRevoked((token) => {
    sessions.closeWhere(({ caller }) => caller.credential?.tokenId === token.id);
    streams.closeWhere(({ caller }) => caller.credential?.tokenId === token.id);
    fleet.releaseKey(principalKey({ principal: { ...token, issuer: 'lockstep:token' } }));
  });

  const startedAt = new Date().toISOString();
  const admin = adminApp({
    environment,
    store,
    keys,
    tokens,
    dataDir: folders.data,
    publicUrl,
    allowedHosts: hosts,
    windows: () => policy.config.settings.approvals,
    status: () => ({
      environment,
      bundle: policy.digest,
      version,
      startedAt,
      localUser: hasLocalUser ? policy.config.settings.local.roles : null,
      servers: fleet.health().map(({ reason = null, ...server }) => ({ ...server, reason })),
    }),
    onFailure: logError,
  });
  const server = createListener({
    context,
    allowedHosts: hosts,
    admin: adminListener(admin),
    isReady: () => isReady,
  });
  const boundPort = await listen(server, host, port);
  opened.defer(() => closeServer(server, drain));
  opened.defer(() => streams.closeWhere(() => true));
  const metricsServer = createMetricsListener(context.metrics);
  const metricsPort = await listen(metricsServer, metricsHost, options.metricsPort ?? 0, '--metrics-port');
  const metricsUrl = `${clientAddress(metricsHost, metricsPort)}/metrics`;
  opened.defer(() => closeServer(metricsServer, 0));
  const socketPath = join(folders.run, 'gateway.sock');
  const socket = await serveSocket(admin, socketPath);
  opened.defer(() => socket.close());

  await store.append(loadedRecord(policy, offer.deployment), 'durable');
  context.metrics.bundle(policy.digest, true);
  const rejections = new Set<(why: string) => void>();
  const follower = followBundle(options.bundle, offer, {
    onChange: (next) =>
      takeBundle(next, { context, enforce, relocate, fleetServers: (...of) => fleetServers(...of, options) }),
    async onRejected(why) {
      for (const listener of rejections) listener(why);
      await rejectBundle(why, context);
    },
    onPartial: (why) => log.warn({ why, kept: policy.digest }, "a changed bundle isn't whole yet"),
  });
  opened.defer(() => follower.stop());
  opened.defer(startHousekeeping(context));
  await writeFile(
    join(folders.run, 'gateway.json'),
    `${JSON.stringify({ pid: process.pid, url: url(), metricsUrl })}\n`,
    { mode: 0o600 },
  );

  collectStartupGarbage();
  const running = opened.move();
  let closing: Promise<void> | undefined;
  isReady = true;
  return {
    url: url(),
    metricsUrl,
    socketPath,
    digest: () => policy.digest,
    health: () => fleet.health(),
    lookForBundle: () => follower.look(),
    onBundleRejected: (listener) => void rejections.add(listener),
    closed: ended.promise,
    close: () => {
      isReady = false;
      closing ??= running.disposeAsync().then(ended.resolve, ended.reject);
      return closing;
    },
  };

  function url(): string {
    return clientAddress(host, boundPort, options.allowedHosts);
  }

  function publicUrl(): string {
    return options.publicUrl ?? url();
  }

  function hosts(): AllowedHosts {
    knownHosts ??= allowedHosts(boundPort, [...(isLoopback ? [] : [host]), ...(options.allowedHosts ?? [])]);
    return knownHosts;
  }

  function enforce(next: Policy): void {
    policy = next;
  }

  function relocate(deployment: Deployment | undefined): void {
    archive.use(deployment?.archive);
    options.onDeployment?.(deployment);
  }

  function onLost(error: Error): void {
    isReady = false;
    log.fatal(error.message);
    ended.reject(error);
  }

  function logError(error: unknown): void {
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** How each server of a policy is run here, or where. */
function fleetServers(
  policy: Policy,
  deployment: Deployment | undefined,
  { launch }: GatewayOptions,
): Promise<FleetServer[]> {
  return Promise.all(
    [...policy.servers.values()].map(async ({ name, definition, release }) => ({
      name,
      definition,
      release,
      launch: await launch(name, definition, release, deployment),
    })),
  );
}
