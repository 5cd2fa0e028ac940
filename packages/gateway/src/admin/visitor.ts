import { ConfigurationError } from '@lockstep/model';
import { type Principal, parseOrThrow } from '@lockstep/model/internal';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { signInByHeader } from '../identity/sign-in.ts';
import type { Actor } from '../identity/token-operations.ts';
import type { Tokens } from '../identity/tokens.ts';

/** Ends an admin request with a status and one sentence. */
export class HttpProblem extends Error {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, sentence: string) {
    super(sentence);
    this.name = 'Problem';
    this.status = status;
  }
}

/** Parses what a request brought, or ends it with everything that is wrong with it. */
export function parseRequest<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  try {
    return parseOrThrow(schema, input, '');
  } catch (error) {
    if (error instanceof ConfigurationError) {
      throw new HttpProblem(
        400,
        error.findings.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(' '),
      );
    }
    throw error;
  }
}

/** Who uses the admin API or the pages. */
export type Visitor =
  /** Whoever may open the socket: the account that runs the gateway. It administers and never decides. */
  | { readonly kind: 'operator' }
  | { readonly kind: 'holder'; readonly principal: Principal; readonly tokenId: string };
export type Holder = Extract<Visitor, { kind: 'holder' }>;

/** A credential that was shown and refused, for the record. */
export class RefusedSignIn extends HttpProblem {
  readonly tokenId: string | undefined;

  constructor(sentence: string, tokenId?: string) {
    super(401, sentence);
    this.tokenId = tokenId;
  }
}

/**
 * Who calls the API: the holder of the Bearer token, and without one the operator, on the socket only.
 *
 * @throws RefusedSignIn when the token isn't taken, also on the socket.
 */
export function visitorOf(authorization: string | undefined, onSocket: boolean, tokens: Tokens): Visitor {
  if (authorization === undefined) {
    if (onSocket) return { kind: 'operator' };
    throw new HttpProblem(401, 'The admin API wants an admin token; send one as a Bearer token.');
  }
  const signIn = signInByHeader(authorization, tokens.authenticate, 'admin');
  if ('refused' in signIn) throw new RefusedSignIn(signIn.refused, signIn.tokenId);
  return holderOf(signIn.principal, signIn.credential?.tokenId ?? '');
}

export function holderOf(principal: Principal, tokenId: string): Holder {
  return { kind: 'holder', principal, tokenId };
}

/** Ends the request unless the visitor is the operator or holds the role. */
export function demandRole(visitor: Visitor, role: 'admin' | 'auditor', toDo: string): void {
  if (visitor.kind === 'operator' || visitor.principal.roles.includes(role)) return;
  throw new HttpProblem(
    403,
    `${toDo} takes the role \`${role}\`, which this token doesn't have; use one that has it.`,
  );
}

/** Ends the request unless a human with a token is there. */
export function demandHolder(visitor: Visitor): Holder {
  if (visitor.kind === 'holder') return visitor;
  throw new HttpProblem(
    403,
    'Deciding takes an admin token with an approver role, also on this machine; give one with `--token-file` or in LOCKSTEP_TOKEN.',
  );
}

/** The visitor as records name it. */
export function actorOf(visitor: Visitor): Actor {
  if (visitor.kind === 'operator') return { name: 'operator' };
  return { name: visitor.principal.owner, principal: visitor.principal, credential: visitor.tokenId };
}
