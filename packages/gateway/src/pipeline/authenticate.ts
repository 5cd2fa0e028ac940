import { refuseHost } from '../identity/host-guard.ts';
import { signIn } from '../identity/sign-in.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import type { GatewayContext } from './context.ts';
import { type Authenticated, add, type Received } from './exchange.ts';
import { HttpRejection } from './refusal.ts';

/** Finds out who sent a request, and refuses it if it can't be let in. Checks Host and Origin first. */
export function authenticate(received: Received, context: GatewayContext): Authenticated {
  const wrongHost = refuseHost(received.headers, context.allowedHosts());
  if (wrongHost !== undefined) throw new HttpRejection(403, { code: errorCode.refused, message: wrongHost });
  const caller = signIn(received, context.checkToken, context.localUser?.());
  if ('refused' in caller) {
    received.record.presented(caller.tokenId);
    throw new HttpRejection(
      401,
      { code: errorCode.refused, message: caller.refused },
      { 'www-authenticate': 'Bearer realm="lockstep"' },
    );
  }
  received.record.calledBy(caller);
  return add(received, { caller });
}
