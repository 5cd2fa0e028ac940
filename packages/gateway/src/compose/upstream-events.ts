import { printTarget } from '@lockstep/model/internal';
import type { NewRecord } from '@lockstep/model/record';
import { voidApprovals } from '../approvals/close.ts';
import type { GatewayContext } from '../pipeline/context.ts';
import { targetOfItem } from '../policy/policy.ts';
import type { UpstreamEvent } from '../upstream/upstream-server.ts';

/**
 * Handles what happens to servers: records it and, if a definition has drifted, voids the approvals that were requested
 * under the reviewed one and tells clients that their lists have changed.
 */
export async function handleUpstreamEvent(
  event: UpstreamEvent,
  context: Pick<GatewayContext, 'store' | 'streams' | 'policy' | 'log'>,
): Promise<void> {
  const { store, streams, policy, log } = context;
  await store.append(recordOf(event, policy()), 'written');
  if (event.type !== 'quarantine' && event.type !== 'quarantine.lifted') return;
  log.warn(
    { server: event.server, item: event.item },
    event.type === 'quarantine' ? `quarantined: ${event.change}` : 'matches the reviewed definition again',
  );
  streams.refresh();
  const target = targetOfItem(event.server, event.item);
  if (event.type === 'quarantine' && target !== undefined) {
    await store.transact(voidApprovals, {
      server: event.server,
      targets: [printTarget(target)],
      why: 'its definition has changed',
    });
  }
}

/** Shortens long texts: servers choose their names, versions and last words. */
function bounded(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 1000) : value;
}

function recordOf(event: UpstreamEvent, policy: ReturnType<GatewayContext['policy']>): NewRecord {
  const { type, server, ...detail } = event;
  return {
    // An item that was never reviewed counts as quarantined, since nobody can use it.
    kind: type === 'extra' ? 'quarantine' : type,
    time: new Date().toISOString(),
    environment: policy.config.environment,
    bundle: policy.digest,
    server,
    ...(policy.servers.get(server) !== undefined && { source: policy.servers.get(server)?.source }),
    detail: JSON.parse(JSON.stringify(detail, bounded)) as NewRecord['detail'],
  };
}
