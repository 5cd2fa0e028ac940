import type { Deployment } from '@lockstep/model/internal';
import type { Policy } from '../policy/policy.ts';
import type { UpstreamServer } from '../upstream/upstream-server.ts';
import type { GatewayOptions } from './options.ts';

/** How each server of a policy is run here, or where. */
export function serversOf(
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
