import { ConfigurationError } from '@lockstep/model';
import type { NewToken } from '@lockstep/model/admin';
import { type Principal, parseOrThrow, privilegedRoles } from '@lockstep/model/internal';
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

/** Parses a request's input, or ends the request with everything that is wrong with it. */
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

/** Who opens the socket: the account that runs the gateway or, in a pod, whoever may execute programs there. */
export type SocketUser = 'operator' | 'kubectl exec';

/** A user of the admin API or the pages. */
export type Visitor =
  /** Anyone who may open the socket. The operator administers and never decides. */
  | { readonly kind: 'operator'; readonly name: SocketUser }
  | { readonly kind: 'holder'; readonly principal: Principal; readonly tokenId: string };
export type Holder = Extract<Visitor, { kind: 'holder' }>;

/** A presented credential that was refused, for the record. */
export class RefusedSignIn extends HttpProblem {
  readonly tokenId: string | undefined;

  constructor(sentence: string, tokenId?: string) {
    super(401, sentence);
    this.tokenId = tokenId;
  }
}

/**
 * The caller of the API: the holder of the Bearer token or, without a token and on the socket only, the operator.
 *
 * @param onSocket absent for a request that came over the network.
 * @throws RefusedSignIn if the token is refused, even on the socket.
 */
export function visitorOf(
  authorization: string | undefined,
  onSocket: SocketUser | undefined,
  tokens: Tokens,
): Visitor {
  if (authorization === undefined) {
    if (onSocket !== undefined) return { kind: 'operator', name: onSocket };
    throw new HttpProblem(401, 'The admin API needs an admin token; send one as a Bearer token.');
  }
  const signIn = signInByHeader(authorization, tokens.authenticate, 'admin');
  if ('refused' in signIn) throw new RefusedSignIn(signIn.refused, signIn.tokenId);
  return holderOf(signIn.principal, signIn.credential?.tokenId ?? '');
}

export function holderOf(principal: Principal, tokenId: string): Holder {
  return { kind: 'holder', principal, tokenId };
}

/** Ends the request unless the visitor is the operator or has the role. */
export function demandRole(visitor: Visitor, role: 'admin' | 'auditor', toDo: string): void {
  if (visitor.kind === 'operator' || visitor.principal.roles.includes(role)) return;
  throw new HttpProblem(
    403,
    `${toDo} requires the role \`${role}\`, which this token doesn't have; use one that has it.`,
  );
}

/**
 * Ends the request if it would give somebody in a pod's container more than an agent may have: approvers and admins
 * vouch for themselves, in the token file.
 */
export function demandForAgent(
  visitor: Visitor,
  { audience, roles }: Pick<NewToken, 'audience' | 'roles'>,
): void {
  if (visitor.kind !== 'operator' || visitor.name !== 'kubectl exec') return;
  const privileged = roles.filter((role) => privilegedRoles.includes(role));
  if (audience === 'mcp' && privileged.length === 0) return;
  const what = audience === 'mcp' ? `the role ${privileged.join(', ')}` : 'a token for people';
  throw new HttpProblem(
    403,
    `In a pod, ${what} comes from the token file alone; make its entry with \`lockstep token create --offline\`.`,
  );
}

/** Ends the request unless the visitor is a human with a token. */
export function demandHolder(visitor: Visitor): Holder {
  if (visitor.kind === 'holder') return visitor;
  throw new HttpProblem(
    403,
    'Deciding requires an admin token with an approver role, even on this machine; give one with `--token-file` or in LOCKSTEP_TOKEN.',
  );
}

/** The visitor, as records name it. */
export function actorOf(visitor: Visitor): Actor {
  if (visitor.kind === 'operator') return { name: visitor.name };
  return { name: visitor.principal.owner, principal: visitor.principal, credential: visitor.tokenId };
}
