import type { IncomingHttpHeaders } from 'node:http';
import { userInfo } from 'node:os';
import type { Audience } from '@lockstep/model/admin';
import type { Principal } from '@lockstep/model/internal';
import { hostName, isLoopbackAddress, isLoopbackName, originName } from './host-guard.ts';
import type { Credential } from './token.ts';

/** What is known of a request before anything is believed. */
interface SignInRequest {
  readonly headers: IncomingHttpHeaders;
  /** The peer's address, as the socket reports it. */
  readonly remoteAddress: string | undefined;
}

/** Somebody, or a refusal: one sentence for a 401, and the token's id where it is a known one. */
export type SignIn =
  | { readonly principal: Principal; readonly credential?: Credential }
  | { readonly refused: string; readonly tokenId?: string };

/** Looks a presented token up; see `openTokens`. */
export type CheckToken = (presented: string, audience: Audience) => SignIn;

/**
 * Decides who calls `/mcp`. A credential that was presented decides alone: an invalid one is refused and never falls
 * back to the local user. Without one the caller is the local user, if there is one and the request comes straight
 * from this machine.
 *
 * @param localUser - Absent where authentication is configured or the gateway listens beyond loopback.
 */
export function signIn(
  request: SignInRequest,
  checkToken: CheckToken,
  localUser: Principal | undefined,
): SignIn {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) return signInByHeader(authorization, checkToken, 'mcp');
  if (localUser === undefined) {
    return {
      refused:
        'This gateway wants a token; create one with `lockstep token create` and send it as a Bearer token.',
    };
  }
  const why = whyNotLocal(request);
  return why === undefined ? { principal: localUser } : { refused: why };
}

/** Signs in by an Authorization header; only Bearer tokens are known. */
export function signInByHeader(authorization: string, checkToken: CheckToken, audience: Audience): SignIn {
  const match = /^Bearer +(\S+) *$/i.exec(authorization);
  if (match?.[1] === undefined) {
    return {
      refused: 'The Authorization header must be `Bearer` and one token; correct it or leave it out.',
    };
  }
  return checkToken(match[1], audience);
}

/** Anything that a proxy adds: behind one, every caller would look like this machine. */
const forwarding = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

function whyNotLocal({ headers, remoteAddress }: SignInRequest): string | undefined {
  const forwarded = Object.keys(headers).find((name) => forwarding.test(name));
  if (forwarded !== undefined) {
    return `A request with the header \`${forwarded}\` came through a proxy and can't be the local user; send a token.`;
  }
  if (!isLoopbackAddress(remoteAddress)) {
    return 'Only callers on this machine are the local user; send a token.';
  }
  const host = headers.host === undefined ? undefined : hostName(headers.host);
  if (host === undefined || !isLoopbackName(host)) {
    return "Only requests to `localhost`, `127.0.0.1` or `[::1]` are the local user's; use one of these or send a token.";
  }
  if (headers.origin !== undefined && !isLoopbackName(originName(headers.origin) ?? '')) {
    return "Requests of web pages from elsewhere are not the local user's; send a token.";
  }
  return undefined;
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

/** Who calls, as the credentials prove: a principal, and the token it presented; the local user has none. */
export type Caller = Exclude<SignIn, { readonly refused: string }>;

/** Whether two callers are the same one, by what proves it: issuer and subject. */
export function samePrincipal(a: Caller, b: Caller): boolean {
  return a.principal.issuer === b.principal.issuer && a.principal.subject === b.principal.subject;
}
