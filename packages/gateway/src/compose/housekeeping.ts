import { expireDue } from '../approvals/close.ts';
import { countDue } from '../approvals/queries.ts';
import type { Caller } from '../identity/sign-in.ts';
import type { GatewayContext } from '../pipeline/context.ts';

/** Milliseconds between rounds. */
const intervalMs = 1000;

/** Ends what time ends: sessions and streams of expired tokens, and approvals past their expiry. Returns how to stop. */
export function startHousekeeping({ sessions, streams, store, log }: GatewayContext): () => void {
  const timer = setInterval(() => {
    sessions.closeWhere(({ caller }) => hasExpired(caller));
    streams.closeWhere(({ caller }) => hasExpired(caller));
    expireApprovals().catch((error: unknown) =>
      log.warn({ error: String(error) }, 'approvals could not be expired'),
    );
  }, intervalMs);
  timer.unref();

  async function expireApprovals(): Promise<void> {
    // A transaction is durable and so costs the disk; the question doesn't.
    if ((await store.query(countDue, null)) > 0) await store.transact(expireDue, {});
  }

  return () => clearInterval(timer);
}

function hasExpired({ credential }: Caller): boolean {
  return credential !== undefined && credential.expiresAt <= Date.now();
}
