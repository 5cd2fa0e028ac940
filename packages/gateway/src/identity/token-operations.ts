import { operation, query } from '@lockstep/database';
import type { Principal } from '@lockstep/model/internal';
import type { NewRecord } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import type { TokenRow, TokenTables } from './tables.ts';
import { ownerKey } from './token.ts';
import type { DeclaredToken } from './token-file.ts';

/** Who manages tokens. */
export interface Actor {
  /** An owner, `operator` for anyone who may use the socket on this machine, or `kubectl exec` in a pod. */
  readonly name: string;
  readonly principal?: Principal;
  /** The token's id. */
  readonly credential?: string;
}

interface CreateTokenInput {
  readonly environment: string;
  readonly actor: Actor;
  readonly row: DeclaredToken;
}

/** Why it wasn't done, in one sentence. */
export interface NotDone {
  readonly refused: string;
  /** True if there is no such token. */
  readonly missing?: true;
}
/** Stores a new token. A subject belongs to one owner; otherwise two humans would share what the subject may do. */
export const createToken = operation(
  'createToken',
  async (tx: LedgerTransaction<TokenTables>, input: CreateTokenInput): Promise<TokenRow | NotDone> => {
    const { row, actor, environment } = input;
    const other = findOtherHolder(row, await tx.db.selectFrom('tokens').selectAll().execute(), tx.now);
    if (other !== undefined) {
      return {
        refused: `The subject \`${row.subject}\` already belongs to ${other.owner}; choose another subject, or revoke ${other.id} first.`,
      };
    }
    const kept = keep(row, 'created', actor, tx.now);
    await tx.db.insertInto('tokens').values(kept).execute();
    tx.append(recordOf(tx, 'token.created', environment, actor, kept));
    return kept;
  },
);

interface RevokeTokenInput {
  readonly environment: string;
  readonly actor: Actor;
  readonly id: string;
}
/** Ends a token for good. Revoking it again changes nothing. */
export const revokeToken = operation(
  'revokeToken',
  async (tx: LedgerTransaction<TokenTables>, input: RevokeTokenInput): Promise<TokenRow | NotDone> => {
    const row = await tx.db.selectFrom('tokens').selectAll().where('id', '=', input.id).executeTakeFirst();
    if (row === undefined) {
      return {
        refused: `There is no token \`${input.id}\`; \run \`lockstep token list\` to see the tokens.`,
        missing: true,
      };
    }
    if (row.source === 'file') {
      return { refused: `The token ${row.id} is declared in the token file; remove its entry there.` };
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
  },
);
/** Every token, newest first. */
export const listTokens = query(
  'listTokens',
  (db: Kysely<TokenTables>, _input: null): Promise<TokenRow[]> => {
    return db.selectFrom('tokens').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
  },
);

/** The row of a new token. */
export function keep(row: DeclaredToken, source: 'created' | 'file', { name }: Actor, now: number): TokenRow {
  return { ...row, source, created_at: now, created_by: name, revoked_at: null, revoked_by: null };
}

/** A token in force with this token's subject but another owner. */
export function findOtherHolder(
  row: DeclaredToken,
  among: readonly TokenRow[],
  now: number,
): TokenRow | undefined {
  return among.find(
    (other) =>
      other.subject === row.subject &&
      other.revoked_at === null &&
      other.expires_at > now &&
      ownerKey(other.owner) !== ownerKey(row.owner),
  );
}

/** The audit record of a token that begins or ends. */
export function recordOf(
  tx: LedgerTransaction<TokenTables>,
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
