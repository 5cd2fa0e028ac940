import { userInfo } from 'node:os';
import type { Principal } from '@lockstep/model';

/**
 * What owners are compared by: `Anna@Example.com` and `anna@example.com` are one human, so that nobody becomes two by
 * their spelling.
 */
export function ownerKey(owner: string): string {
  return owner.normalize('NFKC').trim().toLowerCase();
}

/**
 * The local user: who calls from this machine where no authentication is configured. Its owner is the account that
 * runs the gateway.
 */
export function localPrincipal(roles: readonly string[]): Principal {
  return { issuer: 'lockstep:local', subject: 'local', owner: accountName(), roles: [...roles] };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without an entry in the user database, as containers have them.
    return 'local';
  }
}
