import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { AdminDeps, AdminEnv } from './deps.ts';
import type { Frame } from './pages/layout.ts';
import { type Holder, HttpProblem, holderOf, RefusedSignIn } from './visitor.ts';

/** Somebody signed in on the pages, with what their forms must bring back. */
export interface PageVisitor {
  readonly holder: Holder;
  readonly cookie: string;
}

/** What a cookie says: which token its holder has shown, and until when (milliseconds since 1970) it counts. */
const cookieValue = /^(?<tokenId>[A-Za-z0-9_-]{1,64})\.(?<expiresAt>\d{1,15})$/;

/** Who a browser is signed in as. The token behind the cookie is looked at on each request. */
export async function signedIn(c: Context<AdminEnv>, deps: AdminDeps): Promise<PageVisitor | undefined> {
  const cookie = await getSignedCookie(c, secretOf(deps), nameOf(deps));
  const { tokenId, expiresAt } = cookieValue.exec(cookie || '')?.groups ?? {};
  if (!cookie || tokenId === undefined || Number(expiresAt) <= Date.now()) return undefined;
  const found = deps.tokens.active(tokenId, 'admin');
  return 'refused' in found ? undefined : { holder: holderOf(found.principal, tokenId), cookie };
}

/** Exchanges a token for a signed cookie, which ends with it or after twelve hours. It holds no secret that would be of use elsewhere. */
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

/** Ends a form's request unless one of our own pages sent it. */
export function demandSameOrigin(c: Context<AdminEnv>): void {
  if (isSameOrigin(c.req.raw.headers)) return;
  throw new HttpProblem(
    403,
    'This form was sent from another page; open the approval here and decide again.',
  );
}

/** Ends a form's request unless it was made for this very session. */
export function demandForm(deps: AdminDeps, visitor: PageVisitor, brought: string): void {
  if (deps.keys.macMatches('form', visitor.cookie, brought)) return;
  throw new HttpProblem(
    403,
    'This form belongs to another session; open the approval again and decide there.',
  );
}

/** What stands around a page for this visitor. */
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

/** Browsers share cookies between the ports of one host, so that each environment needs its own name. */
function nameOf(deps: AdminDeps): string {
  return `${isSecure(deps) ? '__Host-' : ''}lockstep-${deps.environment}`;
}

function secretOf({ keys }: AdminDeps): string {
  return keys.mac('cookie', 'signature');
}

/** Longest time that a browser stays signed in, in milliseconds. */
const maxSession = 12 * 3_600_000;

/**
 * Whether a form was sent by one of our own pages. Cookies alone don't prove it: browsers send them to every port of a
 * host and, in older ones, from other sites.
 */
function isSameOrigin(headers: Headers): boolean {
  const origin = headers.get('origin');
  const host = headers.get('host');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
