import type { Keys } from '../keys/keys.ts';

/** Longest time that a browser stays signed in, in milliseconds. */
const longestSession = 12 * 3_600_000;

/** What a cookie says: which token its holder has shown, and until when it counts. */
export interface Session {
  readonly tokenId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Browsers share cookies between the ports of one host, so that each environment needs its own name. */
export function cookieName(environment: string, secure: boolean): string {
  return `${secure ? '__Host-' : ''}lockstep-${environment}`;
}

/** Starts a session that ends with its token, or after twelve hours. */
export function startSession(token: { readonly tokenId: string; readonly expiresAt: number }): Session {
  return { tokenId: token.tokenId, expiresAt: Math.min(token.expiresAt, Date.now() + longestSession) };
}

/** The cookie's value; it holds no secret that would be of use elsewhere. */
export function printSession(keys: Keys, session: Session): string {
  return `${session.tokenId}.${session.expiresAt}.${keys.mac('cookie', said(session))}`;
}

/** The inverse of {@link printSession}; undefined for what the gateway didn't make, and for what is over. */
export function parseSession(keys: Keys, value: string): Session | undefined {
  const match = /^([A-Za-z0-9_-]{1,64})\.(\d{1,15})\.(.{1,200})$/.exec(value);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  const session = { tokenId: match[1], expiresAt: Number(match[2]) };
  if (!keys.macMatches('cookie', said(session), match[3])) return undefined;
  return session.expiresAt > Date.now() ? session : undefined;
}

/** What a form of this session must bring back. */
export function formToken(keys: Keys, cookie: string): string {
  return keys.mac('form', cookie);
}

/** Whether a form was made for this session. */
export function isFormToken(keys: Keys, cookie: string, brought: string): boolean {
  return keys.macMatches('form', cookie, brought);
}

function said(session: Session): string {
  return `${session.tokenId} ${session.expiresAt}`;
}
