import type { Caller } from '../identity/caller.ts';
import type { PolicyServer } from '../policy/policy.ts';
import { sharedKey } from '../upstream/keys.ts';
import type { Parsed } from './exchange.ts';

/**
 * Whose requests share one process or upstream session, as the server's definition has it. Stateless callers have no
 * session; theirs is the principal's.
 */
export function isolationKey(
  { definition }: PolicyServer,
  { caller, session }: Pick<Parsed, 'caller' | 'session'>,
): string {
  if (definition.isolation === 'shared') return sharedKey;
  if (definition.isolation === 'session' && session !== undefined) return `session:${session.id}`;
  return principalKey(caller);
}

/** Names a principal in keys of processes and folders. */
export function principalKey({ principal }: Pick<Caller, 'principal'>): string {
  return `principal:${principal.issuer} ${principal.subject}`;
}
