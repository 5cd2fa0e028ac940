import { randomUUID } from 'node:crypto';
import { type Caller, samePrincipal } from '../identity/sign-in.ts';
import type { CallAbort } from '../kernel/call-signal.ts';
import type { PolicyServer } from '../policy/policy.ts';
import { sharedKey } from '../protocol/bridge-contract.ts';
import type { RequestId } from '../protocol/json-rpc.ts';

/** A legacy client's session, from `initialize` to its end. It belongs to one principal and one endpoint. */
export interface ClientSession {
  readonly id: string;
  readonly caller: Caller;
  readonly endpoint: string | undefined;
  readonly version: string;
  readonly client: { readonly name: string; readonly version: string } | undefined;
  lastUsed: number;
  /**
   * The signals of the requests in flight, by request id, for cancelling. It holds nothing else: until the next full
   * collection, V8 keeps whatever such a table held when it was last rebuilt.
   */
  readonly inFlight: Map<RequestId, CallAbort>;
}

/** The open sessions. */
export interface ClientSessions {
  open(session: Pick<ClientSession, 'caller' | 'endpoint' | 'version' | 'client'>): ClientSession | undefined;
  /** The session, if it is open for this principal at this endpoint. */
  find(id: string, caller: Caller, endpoint: string | undefined): ClientSession | undefined;
  close(session: ClientSession): void;
  /** Closes those that match, when a token is revoked or expires. */
  closeWhere(matches: (session: ClientSession) => boolean): void;
}

/** Most sessions at once, in total and for one principal; a client that opens more loses its oldest. */
const maxSessions = 10_000;
const maxPerPrincipal = 100;
/** Milliseconds without use after which a session is closed: an hour. */
const idleLimitMs = 3_600_000;
/** How exactly a session's last use is known, in milliseconds. */
const useGranularityMs = 1000;

/** Keeps sessions in memory: after a restart clients get 404 and initialize again, as the protocol says. */
export function createClientSessions(
  onClose: (session: ClientSession) => void,
  now: () => number = Date.now,
): ClientSessions {
  // The insertion order is the order of last use: the first session is the least recently used.
  const sessions = new Map<string, ClientSession>();

  function close(session: ClientSession): void {
    if (sessions.delete(session.id)) onClose(session);
  }

  function closeIdle(): void {
    for (const session of sessions.values()) {
      if (now() - session.lastUsed < idleLimitMs) break;
      close(session);
    }
  }

  return {
    open({ caller, endpoint, version, client }) {
      closeIdle();
      const own = [...sessions.values()].filter((session) => samePrincipal(session.caller, caller));
      if (own.length >= maxPerPrincipal && own[0] !== undefined) close(own[0]);
      if (sessions.size >= maxSessions) return undefined;
      const session: ClientSession = {
        id: randomUUID(),
        caller,
        endpoint,
        version,
        client,
        lastUsed: now(),
        inFlight: new Map(),
      };
      sessions.set(session.id, session);
      return session;
    },
    find(id, caller, endpoint) {
      const session = sessions.get(id);
      if (session === undefined) return undefined;
      if (now() - session.lastUsed >= idleLimitMs) {
        close(session);
        return undefined;
      }
      if (!samePrincipal(session.caller, caller) || session.endpoint !== endpoint) return undefined;
      if (now() - session.lastUsed >= useGranularityMs) {
        session.lastUsed = now();
        sessions.delete(id);
        sessions.set(id, session);
      }
      return session;
    },
    close,
    closeWhere(matches) {
      for (const session of [...sessions.values()]) if (matches(session)) close(session);
    },
  };
}

/**
 * Names those whose requests share one process or upstream session, by the server's definition. Stateless callers
 * have no session, so they get the principal's key.
 */
export function isolationKey(
  { definition }: PolicyServer,
  { caller, session }: { readonly caller: Caller; readonly session: ClientSession | undefined },
): string {
  if (definition.isolation === 'shared') return sharedKey;
  if (definition.isolation === 'session' && session !== undefined) return `session:${session.id}`;
  return principalKey(caller);
}

/** Names a principal in the keys of processes and folders. */
export function principalKey({ principal }: Pick<Caller, 'principal'>): string {
  return `principal:${principal.issuer} ${principal.subject}`;
}
