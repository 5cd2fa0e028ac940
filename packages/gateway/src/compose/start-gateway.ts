import type { Deployment } from '@lockstep/model/internal';
import { adminApp } from '../admin/app.ts';
import { expireDue } from '../approvals/close.ts';
import { countDue, countWaiting } from '../approvals/queries.ts';
import { applyBundle, loadedRecord, rejectBundle } from '../bundle/apply.ts';
import { followBundle, readOffer } from '../bundle/follow.ts';
import { createClientSessions, principalKey } from '../client/client-sessions.ts';
import { createStreams } from '../client/streams.ts';
import type { Caller } from '../identity/sign-in.ts';
import { createLog } from '../kernel/log.ts';
import { collectStartupGarbage } from '../kernel/startup-garbage.ts';
import { principalFolder } from '../kernel/state-folders.ts';
import { version } from '../kernel/version.ts';
import { createLists } from '../lists/lists.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { GatewayContext } from '../pipeline/context.ts';
import { makePolicy, type Policy } from '../policy/policy.ts';
import { createSecrets } from '../secrets/secrets.ts';
import type { UpstreamServer } from '../upstream/upstream-server.ts';
import { createUpstreams } from '../upstream/upstreams.ts';
import { openIdentities } from './identities.ts';
import { addressesOf, logAddresses, openListeners } from './listeners.ts';
import type { GatewayOptions, RunningGateway } from './options.ts';
import { openStorage } from './storage.ts';
import { handleUpstreamEvent } from './upstream-events.ts';

/**
 * Starts a gateway: loads the bundle whole or not at all, opens the audit, starts the servers, and listens.
 *
 * @throws ConfigurationError if the bundle can't be used, and Error in one sentence for any other obstacle: a port in
 * use, a state folder that another gateway uses, an address without authentication.
 * @example
 * const gateway = await startGateway({ bundle: bundleFolder('bundle'), launch, stateDir: '.lockstep/dev' });
 * console.log(gateway.url);
 * await gateway.close();
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const log = createLog(options.logLevel ?? 'info', options.onLogLine);
  const offer = await readOffer(options.bundle);
  let policy = makePolicy(offer.bundle);
  const { environment } = policy.config;
  const ended = Promise.withResolvers<void>();
  let isReady = false;

  // Whatever is opened is closed in reverse order, even if a later step fails.
  await using opened = new AsyncDisposableStack();
  const { folders, keys, store, archive } = await openStorage(options, environment, { opened, onLost, log });
  relocate(offer.deployment);
  const { tokens, localUser } = await openIdentities(options, store, environment, { opened, log });
  const secrets = createSecrets({ source: options.secrets, log });
  opened.defer(() => options.secrets?.close?.());
  const upstreams = createUpstreams(await serversOf(policy, offer.deployment, options), {
    workdir: folders.work,
    principalDir: (server, key) => principalFolder(folders, server, key),
    onEvent: (event) => void handleUpstreamEvent(event, context).catch(logError),
    log,
    secrets,
    bridgeKey: options.bridgeKey,
    maxResultBytes: policy.config.settings.limits.result,
  });
  opened.defer(() => upstreams.close());
  const streams = createStreams();
  const sessions = createClientSessions((session) => {
    streams.closeWhere((stream) => stream.sessionId === session.id);
    upstreams.releaseKey(`session:${session.id}`);
  });
  tokens.onRevoked((token) => {
    sessions.closeWhere(({ caller }) => caller.credential?.tokenId === token.id);
    streams.closeWhere(({ caller }) => caller.credential?.tokenId === token.id);
    upstreams.releaseKey(principalKey({ principal: { ...token, issuer: 'lockstep:token' } }));
  });

  const addresses = addressesOf(options);
  const context: GatewayContext = {
    allowedHosts: addresses.allowedHosts,
    checkToken: tokens.authenticate,
    localUser: localUser && (() => localUser(policy.config.settings.local.roles)),
    store,
    keys,
    upstreams,
    lists: createLists(upstreams),
    sessions,
    streams,
    metrics: createMetrics({
      health: () => upstreams.health(),
      approvalsWaiting: () => store.query(countWaiting, null),
      auditLag: store.lag,
      archive,
      secrets: secrets.status,
    }),
    log,
    policy: () => policy,
    publicUrl: addresses.publicUrl,
  };
  const startedAt = new Date().toISOString();
  const admin = adminApp({
    environment,
    store,
    keys,
    tokens,
    dataDir: folders.data,
    publicUrl: addresses.publicUrl,
    allowedHosts: addresses.allowedHosts,
    approvalSettings: () => policy.config.settings.approvals,
    onSocket: options.inPod === true ? 'kubectl exec' : 'operator',
    status: () => ({
      environment,
      bundle: policy.digest,
      version,
      startedAt,
      localUser: localUser ? policy.config.settings.local.roles : null,
      servers: upstreams.health(),
    }),
    onFailure: logError,
  });
  const listening = { context, admin, addresses, isReady: () => isReady };
  const { metricsUrl, socketPath } = await openListeners(options, listening, opened, folders.run);

  await store.append(loadedRecord(policy, offer.deployment), 'durable');
  context.metrics.bundle(policy.digest, true);
  const rejections = new Set<(why: string) => void>();
  const follower = followBundle(options.bundle, offer, {
    onChange: (next) =>
      applyBundle(next, {
        context,
        enforce(after) {
          policy = after;
        },
        relocate,
        upstreamServers: (...of) => serversOf(...of, options),
      }),
    async onRejected(why) {
      for (const listener of rejections) listener(why);
      await rejectBundle(why, context);
    },
    onPartial: (why) => log.warn({ why, kept: policy.digest }, "a changed bundle isn't whole yet"),
  });
  opened.defer(() => follower.stop());
  opened.defer(startHousekeeping(context));
  await logAddresses(folders.run, { url: addresses.url(), metricsUrl });

  log.info({ url: addresses.url(), metrics: metricsUrl, bundle: policy.digest }, 'the gateway is up');
  collectStartupGarbage();
  const running = opened.move();
  let closing: Promise<void> | undefined;
  isReady = true;
  return {
    url: addresses.url(),
    metricsUrl,
    socketPath,
    digest: () => policy.digest,
    health: () => upstreams.health(),
    lookForBundle: () => follower.look(),
    onBundleRejected: (listener) => void rejections.add(listener),
    closed: ended.promise,
    close: () => {
      if (closing === undefined) log.info('the gateway is stopping; the calls in flight have ten seconds');
      isReady = false;
      closing ??= running.disposeAsync().then(ended.resolve, ended.reject);
      return closing;
    },
  };

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

/** The launch of each server of a policy: how it runs here, or its address. */
function serversOf(
  policy: Policy,
  deployment: Deployment | undefined,
  { launch }: GatewayOptions,
): Promise<UpstreamServer[]> {
  return Promise.all(
    [...policy.servers.values()].map(async ({ name, definition, release }) => ({
      name,
      definition,
      release,
      launch: await launch(name, definition, release, deployment),
    })),
  );
}

/** Milliseconds between two rounds of housekeeping. */
const housekeepingMs = 1000;

/** Ends sessions and streams of expired tokens, and approvals past their expiry. Returns a function to stop it. */
function startHousekeeping({ sessions, streams, store, log }: GatewayContext): () => void {
  const timer = setInterval(() => {
    sessions.closeWhere(({ caller }) => hasExpired(caller));
    streams.closeWhere(({ caller }) => hasExpired(caller));
    expireApprovals().catch((error: unknown) =>
      log.warn({ error: String(error) }, 'approvals could not be expired'),
    );
  }, housekeepingMs);
  timer.unref();

  async function expireApprovals(): Promise<void> {
    // A transaction is durable and waits for the disk; a query doesn't.
    if ((await store.query(countDue, null)) > 0) await store.transact(expireDue, {});
  }

  return () => clearInterval(timer);
}

function hasExpired({ credential }: Caller): boolean {
  return credential !== undefined && credential.expiresAt <= Date.now();
}
