import { canonicalJson, type Deployment, sha256 } from '@lockstep/model/internal';
import type { NewRecord } from '@lockstep/model/record';
import { voidApprovals } from '../approvals/close.ts';
import type { GatewayContext } from '../pipeline/context.ts';
import { changedTargets, makePolicy, type Policy } from '../policy/policy.ts';
import type { UpstreamServer } from '../upstream/upstream-server.ts';
import type { Offer } from './follow.ts';

/** What applying a bundle needs besides the context of the stages. */
export interface BundleTarget {
  readonly context: GatewayContext;
  /** Puts a policy in force. */
  readonly enforce: (policy: Policy) => void;
  /** Tells everything else that depends on the deployment. */
  readonly relocate: (deployment: Deployment | undefined) => void;
  readonly upstreamServers: (policy: Policy, deployment: Deployment | undefined) => Promise<UpstreamServer[]>;
}

/**
 * Puts a new bundle in force without dropping a call: requests in flight end under the bundle they began with.
 * Approvals that were requested under other terms become void, and clients learn that their lists have changed. If only
 * the deployment is new, the servers that moved are reached at their new addresses, and everything else stays.
 */
export async function applyBundle(
  { bundle, deployment }: Offer,
  { context, enforce, relocate, upstreamServers }: BundleTarget,
): Promise<void> {
  const { store, upstreams, streams, metrics, log } = context;
  const before = context.policy();
  const after = makePolicy(bundle);
  if (after.config.environment !== before.config.environment) {
    throw new Error(
      `The bundle is of ${after.config.environment}, but this gateway runs ${before.config.environment}; give it a bundle of ${before.config.environment}.`,
    );
  }
  const servers = await upstreamServers(after, deployment);
  await store.append(loadedRecord(after, deployment, before.digest), 'durable');
  // Before servers move, since the deployment says how to sign in to them.
  relocate(deployment);
  // Nothing may come between these two, or a call decided by one bundle would reach the servers of the other.
  await upstreams.update(servers);
  enforce(after);
  metrics.bundle(after.digest, true);
  await store.transact(voidApprovals, {
    targets: changedTargets(before, after),
    why: 'its permission or its definition has changed',
  });
  streams.refresh();
  log.info({ bundle: after.digest, before: before.digest }, 'a new bundle is in force');
}

/** Reports a bundle that is incomplete or not for this gateway; the bundle in force stays. */
export async function rejectBundle(
  why: string,
  { store, metrics, log, policy }: GatewayContext,
): Promise<void> {
  metrics.bundle(policy().digest, false);
  log.error({ why, kept: policy().digest }, 'a changed bundle was rejected; the one in force stays');
  await store.append(bundleRecord('bundle.rejected', policy(), { why }), 'written');
}

/**
 * The record of the bundle now in force. It names the deployment by digest, as that only decides where calls go.
 *
 * @param before digest of the bundle that it replaces; undefined at start.
 */
export function loadedRecord(policy: Policy, deployment: Deployment | undefined, before?: string): NewRecord {
  return bundleRecord('bundle.loaded', policy, {
    before,
    deployment: deployment && sha256(canonicalJson(deployment)),
  });
}

function bundleRecord(
  kind: 'bundle.loaded' | 'bundle.rejected',
  policy: Policy,
  detail: NewRecord['detail'],
): NewRecord {
  return {
    kind,
    time: new Date().toISOString(),
    environment: policy.config.environment,
    bundle: policy.digest,
    detail,
  };
}
