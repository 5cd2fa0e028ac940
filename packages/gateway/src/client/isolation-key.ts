import type { Caller } from '../identity/sign-in.ts';
import type { PolicyServer } from '../policy/policy.ts';
import { sharedKey } from '../protocol/bridge-contract.ts';
import type { ClientSession } from './client-sessions.ts';

/**
 * Whose requests share one process or upstream session, as the server's definition has it. Stateless callers have no
 * session; theirs is the principal's.
 */
export function isolationKey(
  { definition }: PolicyServer,
  { caller, session }: { readonly caller: Caller; readonly session: ClientSession | undefined },
): string {
  if (definition.isolation === 'shared') return sharedKey;
  if (definition.isolation === 'session' && session !== undefined) return `session:${session.id}`;
  return principalKey(caller);
}

/** Names a principal in keys of processes and folders. */
export function principalKey({ principal }: Pick<Caller, 'principal'>): string {
  return `principal:${principal.issuer} ${principal.subject}`;
}
