import type { Principal } from '@lockstep/model';
import type { Kysely } from 'kysely';
import type { NewRecord } from '../audit/record.ts';
import type { Database } from '../store/database.ts';
import type { Transaction } from '../store/transaction.ts';
import { ownerKey } from './owner.ts';
import type { TokenRow } from './tables.ts';

/** Who manages tokens. */
export interface Actor {
  /** An owner, or `operator` for whoever may use the socket on this machine. */
  readonly name: string;
  readonly principal?: Principal;
  /** The token's id. */
  readonly credential?: string;
}

export interface CreateTokenInput {
  readonly environment: string;
  readonly actor: Actor;
  readonly row: Omit<TokenRow, 'created_at' | 'created_by' | 'revoked_at' | 'revoked_by'>;
}

/** Why not, in one sentence. */
export interface NotDone {
  readonly refused: string;
}

/** Keeps a new token. A subject belongs to one owner, or two humans would share what the subject may do and has. */
async function createToken(tx: Transaction, input: CreateTokenInput): Promise<TokenRow | NotDone> {
  const { row, actor, environment } = input;
  const namesakes = await tx.db
    .selectFrom('tokens')
    .selectAll()
    .where('subject', '=', row.subject)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', tx.now)
    .execute();
  const stranger = namesakes.find((other) => ownerKey(other.owner) !== ownerKey(row.owner));
  if (stranger !== undefined) {
    return {
      refused: `The subject \`${row.subject}\` belongs to ${stranger.owner} already; choose another subject, or revoke ${stranger.id} first.`,
    };
  }
  const kept = { ...row, created_at: tx.now, created_by: actor.name, revoked_at: null, revoked_by: null };
  await tx.db.insertInto('tokens').values(kept).execute();
  tx.append(recordOf(tx, 'token.created', environment, actor, kept));
  return kept;
}

export interface RevokeTokenInput {
  readonly environment: string;
  readonly actor: Actor;
  readonly id: string;
}

/** Ends a token for good. Doing so again changes nothing. */
async function revokeToken(tx: Transaction, input: RevokeTokenInput): Promise<TokenRow | NotDone> {
  const row = await tx.db.selectFrom('tokens').selectAll().where('id', '=', input.id).executeTakeFirst();
  if (row === undefined) {
    return {
      refused: `There is no token \`${input.id}\`; \`lockstep token list\` shows those that there are.`,
    };
  }
  if (row.revoked_at !== null) return row;
  const revoked = { ...row, revoked_at: tx.now, revoked_by: input.actor.name };
  await tx.db
    .updateTable('tokens')
    .set({ revoked_at: revoked.revoked_at, revoked_by: revoked.revoked_by })
    .where('id', '=', row.id)
    .execute();
  tx.append(recordOf(tx, 'token.revoked', input.environment, input.actor, row));
  return revoked;
}

/** Every token, the newest first. */
function listTokens(db: Kysely<Database>, _input: null): Promise<TokenRow[]> {
  return db.selectFrom('tokens').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
}

function recordOf(
  tx: Transaction,
  kind: 'token.created' | 'token.revoked',
  environment: string,
  actor: Actor,
  row: TokenRow,
): NewRecord {
  return {
    kind,
    time: new Date(tx.now).toISOString(),
    environment,
    ...(actor.principal !== undefined && { principal: actor.principal }),
    ...(actor.credential !== undefined && { credential: actor.credential }),
    detail: {
      by: actor.name,
      token: row.id,
      subject: row.subject,
      owner: row.owner,
      roles: JSON.parse(row.roles),
      audience: row.audience,
      expiresAt: new Date(row.expires_at).toISOString(),
    },
  };
}

export const tokenOperations = { createToken, revokeToken };
export const tokenQueries = { listTokens };
