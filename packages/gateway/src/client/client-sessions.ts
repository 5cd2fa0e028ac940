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
   * The requests in flight, to be cancelled, by their id. No more of them than their signals: what such a table held
   * when it was last rebuilt stays in memory until the next full collection.
   */
  readonly inFlight: Map<RequestId, CallAbort>;
}

/** The open sessions. */
export interface ClientSessions {
  open(session: Pick<ClientSession, 'caller' | 'endpoint' | 'version' | 'client'>): ClientSession | undefined;
  /** Undefined unless it is open, for this principal, at this endpoint. */
  find(id: string, caller: Caller, endpoint: string | undefined): ClientSession | undefined;
  close(session: ClientSession): void;
  /** Closes those that match; used when a token is revoked or expires. */
  closeWhere(matches: (session: ClientSession) => boolean): void;
}

/** Most sessions at once, in all and for one principal; a client that opens more has its oldest closed. */
const maxSessions = 10_000;
const maxPerPrincipal = 100;
/** An unused session is closed after this many milliseconds: an hour. */
const idleLimitMs = 3_600_000;
/** How exactly its last use is known, in milliseconds. */
const useGranularityMs = 1000;

/** Keeps sessions in memory: after a restart clients get 404 and initialise anew, as the protocol has it. */
export function createClientSessions(
  onClose: (session: ClientSession) => void,
  now: () => number = Date.now,
): ClientSessions {
  // Insertion order is order of last use: the first is the idlest.
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
