import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { cookieName, formToken, isFormToken, parseSession, printSession, startSession } from './cookie.ts';
import type { AdminDeps, AdminEnv } from './deps.ts';
import type { Frame } from './pages/layout.ts';
import { Problem } from './problem.ts';
import { isSameOrigin } from './same-origin.ts';
import { type Holder, holderOf, RefusedSignIn } from './visitor.ts';

/** Somebody signed in on the pages, with what their forms must bring back. */
export interface PageVisitor {
  readonly holder: Holder;
  readonly cookie: string;
}

/** Who a browser is signed in as. The token behind the cookie is looked at on each request. */
export function signedIn(c: Context<AdminEnv>, deps: AdminDeps): PageVisitor | undefined {
  const cookie = getCookie(c, nameOf(deps));
  const session = cookie === undefined ? undefined : parseSession(deps.keys, cookie);
  if (cookie === undefined || session === undefined) return undefined;
  const found = deps.tokens.active(session.tokenId, 'admin');
  return 'refused' in found ? undefined : { holder: holderOf(found.principal, session.tokenId), cookie };
}

/** Exchanges a token for a cookie. */
export function signIn(c: Context<AdminEnv>, deps: AdminDeps, token: string): void {
  const found = deps.tokens.authenticate(token, 'admin');
  if ('refused' in found) throw new RefusedSignIn(found.refused, found.tokenId);
  if (found.credential === undefined) throw new Error('a token without a credential');
  const session = startSession(found.credential);
  setCookie(c, nameOf(deps), printSession(deps.keys, session), {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure(deps),
    maxAge: Math.max(0, Math.floor((session.expiresAt - Date.now()) / 1000)),
  });
}

export function signOut(c: Context<AdminEnv>, deps: AdminDeps): void {
  deleteCookie(c, nameOf(deps), { path: '/', secure: isSecure(deps) });
}

/** Ends a form's request unless one of our own pages sent it. */
export function demandSameOrigin(c: Context<AdminEnv>): void {
  if (isSameOrigin(c.req.raw.headers)) return;
  throw new Problem(403, 'This form was sent from another page; open the approval here and decide again.');
}

/** Ends a form's request unless it was made for this very session. */
export function demandForm(deps: AdminDeps, visitor: PageVisitor, brought: string): void {
  if (isFormToken(deps.keys, visitor.cookie, brought)) return;
  throw new Problem(403, 'This form belongs to another session; open the approval again and decide there.');
}

/** What stands around a page for this visitor. */
export function frameFor(deps: AdminDeps, visitor: PageVisitor | undefined): Frame {
  return {
    environment: deps.environment,
    ...(visitor !== undefined && {
      signedIn: {
        owner: visitor.holder.principal.owner,
        formToken: formToken(deps.keys, visitor.cookie),
      },
    }),
  };
}

function isSecure(deps: AdminDeps): boolean {
  return deps.publicUrl().startsWith('https:');
}

function nameOf(deps: AdminDeps): string {
  return cookieName(deps.environment, isSecure(deps));
}
