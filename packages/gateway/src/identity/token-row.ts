import type { NewRecord } from '@lockstep/model/record';
import type { Transaction } from '../ledger/operation.ts';
import type { Actor } from './operations.ts';
import { ownerKey } from './owner.ts';
import type { TokenRow, TokenTables } from './tables.ts';
import type { DeclaredToken } from './token-file.ts';

/** A token as it is stored from now on. */
export function keep(row: DeclaredToken, source: 'created' | 'file', { name }: Actor, now: number): TokenRow {
  return { ...row, source, created_at: now, created_by: name, revoked_at: null, revoked_by: null };
}

/** A token in force whose subject is this one's, but belongs to somebody else. */
export function findStranger(
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

/** What the audit says of a token that is new or over. */
export function recordOf(
  tx: Transaction<TokenTables>,
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
