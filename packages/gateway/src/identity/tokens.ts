import type { TokenInfo } from '@lockstep/model/admin';
import { type Audience, audienceSchema, type NewToken, tokenSourceSchema } from '@lockstep/model/admin';
import { type Principal, principalSchema } from '@lockstep/model/internal';
import type { Store } from '../ledger/store-port.ts';
import { declareTokens } from './declare.ts';
import type { SignIn } from './sign-in.ts';
import type { TokenRow } from './tables.ts';
import { hashSecret, makeSecret, makeTokenId } from './token.ts';
import type { DeclaredToken } from './token-file.ts';
import { type Actor, createToken, listTokens, type NotDone, revokeToken } from './token-operations.ts';

/** The tokens of one environment. */
export interface Tokens {
  /** Creates a token. This is the only time that its secret is returned. */
  create(
    token: NewToken,
    actor: Actor,
  ): Promise<{ readonly token: string; readonly info: TokenInfo } | NotDone>;
  /** All tokens, ended ones too, newest first. */
  list(): Promise<TokenInfo[]>;
  /** Ends a token; from then on it is refused. */
  revoke(id: string, actor: Actor): Promise<TokenInfo | NotDone>;
  /** Replaces the tokens of the token file with the current ones; returns how many began and how many ended. */
  declare(
    rows: readonly DeclaredToken[],
  ): Promise<{ readonly added: number; readonly ended: number } | NotDone>;
  /** Finds the holder of a presented token. Does no I/O, since it runs on every request. */
  authenticate(presented: string, audience: Audience): SignIn;
  /** The token with this id, if it is in force; for credentials that name it, such as cookies. */
  active(id: string, audience: Audience): SignIn;
  /** Calls the listener with each revoked token, to end its sessions and streams. Returns a function to stop it. */
  onRevoked(listener: (info: TokenInfo) => void): () => void;
}

/**
 * Loads the tokens and keeps them in memory, since only this process changes them.
 *
 * @param environment the environment that records of changes name.
 */
export async function openTokens(store: Store, environment: string): Promise<Tokens> {
  const byHash = new Map<string, Known>();
  const byId = new Map<string, Known>();
  const listeners = new Set<(info: TokenInfo) => void>();

  const learn = (row: TokenRow): TokenInfo => {
    const known = knownOf(row);
    byHash.set(row.hash, known);
    byId.set(row.id, known);
    return known.info;
  };
  const tell = (info: TokenInfo) => {
    for (const listener of listeners) listener(info);
  };
  for (const row of await store.query(listTokens, null)) learn(row);

  return {
    async create(token, actor) {
      const secret = makeSecret();
      const row = {
        id: makeTokenId(),
        hash: hashSecret(secret),
        subject: token.subject,
        owner: token.owner,
        roles: JSON.stringify([...new Set(token.roles)]),
        audience: token.audience,
        expires_at: Date.parse(token.expiresAt),
      };
      if (row.expires_at <= Date.now()) {
        return { refused: `\`expiresAt\` is ${token.expiresAt}, which is in the past; give a later time.` };
      }
      const kept = await store.transact(createToken, { environment, actor, row });
      return 'refused' in kept ? kept : { token: secret, info: learn(kept) };
    },

    async list() {
      return (await store.query(listTokens, null)).map((row) => knownOf(row).info);
    },

    async revoke(id, actor) {
      const before = byId.get(id);
      const row = await store.transact(revokeToken, { environment, actor, id });
      if ('refused' in row) return row;
      const info = learn(row);
      if (before?.info.revokedAt === null) tell(info);
      return info;
    },

    async declare(rows) {
      const changed = await store.transact(declareTokens, { environment, rows });
      if ('refused' in changed) return changed;
      const ended = changed.ended.map(learn);
      for (const row of changed.added) learn(row);
      for (const info of ended) tell(info);
      return { added: changed.added.length, ended: ended.length };
    },

    authenticate(presented, audience) {
      const known = byHash.get(hashSecret(presented));
      if (known === undefined) {
        return {
          refused: 'This token is unknown here; check that it is complete and meant for this environment.',
        };
      }
      return signIn(known, audience);
    },

    active(id, audience) {
      const known = byId.get(id);
      return known === undefined
        ? { refused: 'This token no longer exists; sign in with another.' }
        : signIn(known, audience);
    },

    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Known {
  readonly info: TokenInfo;
  readonly principal: Principal;
  readonly expiresAt: number;
}

function knownOf(row: TokenRow): Known {
  const info: TokenInfo = {
    id: row.id,
    subject: row.subject,
    owner: row.owner,
    roles: principalSchema.shape.roles.parse(JSON.parse(row.roles)),
    audience: audienceSchema.parse(row.audience),
    createdAt: new Date(row.created_at).toISOString(),
    createdBy: row.created_by,
    expiresAt: new Date(row.expires_at).toISOString(),
    revokedAt: row.revoked_at === null ? null : new Date(row.revoked_at).toISOString(),
    revokedBy: row.revoked_by,
    source: tokenSourceSchema.parse(row.source),
  };
  const { subject, owner, roles } = info;
  return { info, principal: { issuer: 'lockstep:token', subject, owner, roles }, expiresAt: row.expires_at };
}

function signIn({ info, principal, expiresAt }: Known, audience: Audience): SignIn {
  const refuse = (why: string): SignIn => ({ refused: why, tokenId: info.id });
  if (info.revokedAt !== null) return refuse(`The token ${info.id} was revoked; ask for a new one.`);
  if (expiresAt <= Date.now())
    return refuse(`The token ${info.id} expired at ${info.expiresAt}; ask for a new one.`);
  if (info.audience !== audience) {
    return refuse(
      `The token ${info.id} is for \`${info.audience}\`, not \`${audience}\`; create one with \`--for ${audience}\`.`,
    );
  }
  return { principal, credential: { tokenId: info.id, expiresAt } };
}

/**
 * Refuses to listen beyond loopback unless a token opens `/mcp`: otherwise anyone could claim to be anyone.
 *
 * @throws Error in one sentence.
 */
export async function demandToken(tokens: Pick<Tokens, 'list'>, host: string): Promise<void> {
  const now = new Date().toISOString();
  const usable = (await tokens.list()).some(
    ({ audience, revokedAt, expiresAt }) => audience === 'mcp' && revokedAt === null && expiresAt > now,
  );
  if (usable) return;
  throw new Error(
    `The gateway doesn't listen on ${host} without authentication; give it a token file, or run it on 127.0.0.1 and create a token with \`lockstep token create\` first.`,
  );
}
