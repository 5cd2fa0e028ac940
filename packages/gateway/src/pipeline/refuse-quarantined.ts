import { itemKey } from '../policy/policy.ts';
import { UpstreamError } from '../upstream/transport/transport.ts';
import type { GatewayContext } from './context.ts';
import type { Ruled } from './exchange.ts';
import { ToolRefusal } from './refusal.ts';

/** Reads the server's definitions again, and ends a request for one that differs from what was reviewed. */
export async function verifyLive(
  { use, isolationKey, signal }: Ruled,
  { upstreams }: GatewayContext,
): Promise<void> {
  if (use.item === undefined) return;
  try {
    await upstreams.verify(use.server.name, isolationKey, { signal });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    throw new ToolRefusal(
      'unavailable',
      `${use.text} was not called: its definition could not be checked (${error.message}); try again later.`,
      { target: use.text },
    );
  }
  refuseQuarantined(use, upstreams);
}

/** Ends a request for something that the server no longer defines as it was reviewed. */
export function refuseQuarantined(
  use: Ruled['use'],
  upstreams: Pick<GatewayContext['upstreams'], 'quarantine'>,
): void {
  if (use.item === undefined) return;
  const quarantined = upstreams.quarantine(use.server.name);
  const why = quarantined.size === 0 ? undefined : quarantined.get(itemKey(use.target));
  if (why === undefined) return;
  throw new ToolRefusal(
    'quarantined',
    `${use.text} is quarantined: ${why} The server's other tools work; ask a person to review the change and update the lock.`,
    { target: use.text },
  );
}
