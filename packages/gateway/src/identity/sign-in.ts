import type { IncomingHttpHeaders } from 'node:http';
import { userInfo } from 'node:os';
import type { Audience } from '@lockstep/model/admin';
import type { Principal } from '@lockstep/model/internal';
import { hostName, isLoopbackAddress, isLoopbackName, originName } from './host-guard.ts';
import type { Credential } from './token.ts';

/** What is known of a request before anything in it is trusted. */
interface SignInRequest {
  readonly headers: IncomingHttpHeaders;
  /** The peer's address, as the socket reports it. */
  readonly remoteAddress: string | undefined;
}

/** A caller, or a refusal: one sentence for a 401, and the token's id if the token is known. */
export type SignIn =
  | { readonly principal: Principal; readonly credential?: Credential }
  | { readonly refused: string; readonly tokenId?: string };

/** Looks up the token that a caller presents; see `openTokens`. */
export type CheckToken = (presented: string, audience: Audience) => SignIn;

/**
 * Decides who calls `/mcp`. A credential that is presented decides alone: if it is invalid, the caller is refused and
 * never becomes the local user. A caller without one is the local user, if there is one and the request comes straight
 * from this machine.
 *
 * @param localUser absent if authentication is configured or the gateway listens beyond loopback.
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
        'This gateway needs a token; create one with `lockstep token create` and send it as a Bearer token.',
    };
  }
  const why = whyNotLocal(request);
  return why === undefined ? { principal: localUser } : { refused: why };
}

/** Signs in by the Authorization header; it accepts only Bearer tokens. */
export function signInByHeader(authorization: string, checkToken: CheckToken, audience: Audience): SignIn {
  const match = /^Bearer +(\S+) *$/i.exec(authorization);
  if (match?.[1] === undefined) {
    return {
      refused: 'The Authorization header must be `Bearer` and one token; correct it, or leave it out.',
    };
  }
  return checkToken(match[1], audience);
}

/** Any header that a proxy adds: behind a proxy, every caller would seem to be on this machine. */
const forwarding = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

function whyNotLocal({ headers, remoteAddress }: SignInRequest): string | undefined {
  const forwarded = Object.keys(headers).find((name) => forwarding.test(name));
  if (forwarded !== undefined) {
    return `A request with the header \`${forwarded}\` came through a proxy and can't be the local user; send a token.`;
  }
  if (!isLoopbackAddress(remoteAddress)) {
    return 'Only callers on this machine can be the local user; send a token.';
  }
  const host = headers.host === undefined ? undefined : hostName(headers.host);
  if (host === undefined || !isLoopbackName(host)) {
    return 'Only requests to `localhost`, `127.0.0.1` or `[::1]` can be from the local user; use one of these, or send a token.';
  }
  if (headers.origin !== undefined && !isLoopbackName(originName(headers.origin) ?? '')) {
    return "Requests of other sites' web pages can't be from the local user; send a token.";
  }
  return undefined;
}

/** Cached, since the system looks it up in its account database each time. */
let account: string | undefined;

/** The user of this machine; the account that runs the gateway stands for the human behind it. */
export function localUser(roles: readonly string[]): Principal {
  return { issuer: 'lockstep:local', subject: 'local', owner: accountName(), roles: [...roles] };
}

function accountName(): string {
  if (account !== undefined) return account;
  try {
    account = userInfo().username;
  } catch {
    // The account has no entry in the user database, as is common in containers.
    account = 'local';
  }
  return account;
}

/** A caller, as the credentials prove: a principal, and the token that was presented. The local user has no token. */
export type Caller = Exclude<SignIn, { readonly refused: string }>;

/** Whether two callers are the same principal, by issuer and subject. */
export function samePrincipal(a: Caller, b: Caller): boolean {
  return a.principal.issuer === b.principal.issuer && a.principal.subject === b.principal.subject;
}
