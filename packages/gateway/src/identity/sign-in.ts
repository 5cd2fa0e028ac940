import { userInfo } from 'node:os';
import type { Principal } from '@lockstep/model/internal';
import type { Received } from '../pipeline/exchange.ts';
import { Rejected } from '../pipeline/refusal.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { authenticate, type CheckToken } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { type AllowedHosts, refuseHost } from './origin.ts';

/** Says who sent a request to `/mcp`; throws Rejected for whoever can't be let in. */
export type SignInTo = (received: Received) => Caller;

/**
 * @param localUser - Absent where the gateway listens beyond loopback.
 */
export function createSignIn(
  allowedHosts: () => AllowedHosts,
  checkToken: CheckToken,
  localUser: (() => Principal) | undefined,
): SignInTo {
  return (received) => {
    const wrongHost = refuseHost(received.headers, allowedHosts());
    if (wrongHost !== undefined) throw new Rejected(403, { code: errorCode.refused, message: wrongHost });
    const signIn = authenticate(received, checkToken, localUser?.());
    if (!('refused' in signIn)) return signIn;
    if (signIn.tokenId !== undefined) received.draft.credential = signIn.tokenId;
    throw new Rejected(
      401,
      { code: errorCode.refused, message: signIn.refused },
      { 'www-authenticate': 'Bearer realm="lockstep"' },
    );
  };
}

/** Asked once: the system looks it up in its account database each time. */
let account: string | undefined;

/** Whoever uses this machine: the account that runs the gateway is taken for the human behind it. */
export function localUser(roles: readonly string[]): Principal {
  return { issuer: 'lockstep:local', subject: 'local', owner: accountName(), roles: [...roles] };
}

function accountName(): string {
  if (account !== undefined) return account;
  try {
    account = userInfo().username;
  } catch {
    // An account without an entry in the user database, as containers have them.
    account = 'local';
  }
  return account;
}
