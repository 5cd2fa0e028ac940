import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { AdminDeps, AdminEnv } from './deps.ts';
import type { Frame } from './pages/layout.ts';
import { type Holder, HttpProblem, holderOf, RefusedSignIn } from './visitor.ts';

/** A visitor who is signed in on the pages, and the token that their forms must send back. */
export interface PageVisitor {
  readonly holder: Holder;
  readonly cookie: string;
}

/** The content of a cookie: the id of the token that its holder presented, and its expiry (milliseconds since 1970). */
const cookieValue = /^(?<tokenId>[A-Za-z0-9_-]{1,64})\.(?<expiresAt>\d{1,15})$/;

/** Finds who is signed in with a browser. Checks the token behind the cookie on each request. */
export async function signedIn(c: Context<AdminEnv>, deps: AdminDeps): Promise<PageVisitor | undefined> {
  const cookie = await getSignedCookie(c, secretOf(deps), nameOf(deps));
  const { tokenId, expiresAt } = cookieValue.exec(cookie || '')?.groups ?? {};
  if (!cookie || tokenId === undefined || Number(expiresAt) <= Date.now()) return undefined;
  const found = deps.tokens.active(tokenId, 'admin');
  return 'refused' in found ? undefined : { holder: holderOf(found.principal, tokenId), cookie };
}

/** Exchanges a token for a signed cookie that ends with it or after twelve hours. It holds no secret for use elsewhere. */
export async function startWebSession(c: Context<AdminEnv>, deps: AdminDeps, token: string): Promise<void> {
  const found = deps.tokens.authenticate(token, 'admin');
  if ('refused' in found) throw new RefusedSignIn(found.refused, found.tokenId);
  if (found.credential === undefined) throw new Error('a token without a credential');
  const { tokenId, expiresAt } = found.credential;
  const until = Math.min(expiresAt, Date.now() + maxSession);
  await setSignedCookie(c, nameOf(deps), `${tokenId}.${until}`, secretOf(deps), {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure(deps),
    maxAge: Math.max(0, Math.floor((until - Date.now()) / 1000)),
  });
}

export function signOut(c: Context<AdminEnv>, deps: AdminDeps): void {
  deleteCookie(c, nameOf(deps), { path: '/', secure: isSecure(deps) });
}

/** Ends the request of a form unless one of our own pages sent it. */
export function demandSameOrigin(c: Context<AdminEnv>): void {
  if (isSameOrigin(c.req.raw.headers)) return;
  throw new HttpProblem(
    403,
    'This form was sent from another page; open the approval here and decide again.',
  );
}

/** Ends the request of a form unless it was made for this session. */
export function demandForm(deps: AdminDeps, visitor: PageVisitor, brought: string): void {
  if (deps.keys.macMatches('form', visitor.cookie, brought)) return;
  throw new HttpProblem(
    403,
    'This form belongs to another session; open the approval again and decide there.',
  );
}

/** What surrounds a page for this visitor. */
export function frameFor(deps: AdminDeps, visitor: PageVisitor | undefined): Frame {
  return {
    environment: deps.environment,
    ...(visitor !== undefined && {
      signedIn: {
        owner: visitor.holder.principal.owner,
        formToken: deps.keys.mac('form', visitor.cookie),
      },
    }),
  };
}

function isSecure(deps: AdminDeps): boolean {
  return deps.publicUrl().startsWith('https:');
}

/** The cookie's name. Browsers share cookies between the ports of a host, so each environment needs its own name. */
function nameOf(deps: AdminDeps): string {
  return `${isSecure(deps) ? '__Host-' : ''}lockstep-${deps.environment}`;
}

function secretOf({ keys }: AdminDeps): string {
  return keys.mac('cookie', 'signature');
}

/** How long a browser stays signed in at most, in milliseconds. */
const maxSession = 12 * 3_600_000;

/**
 * Whether one of our own pages sent a form. Cookies alone don't prove it: browsers send them to every port of a host,
 * and older ones send them from other sites.
 */
function isSameOrigin(headers: Headers): boolean {
  const origin = headers.get('origin');
  const host = headers.get('host');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
