import { operation } from '@lockstep/database';
import type { LedgerTransaction } from '../ledger/store-port.ts';
import type { TokenRow, TokenTables } from './tables.ts';
import type { DeclaredToken } from './token-file.ts';
import { type Actor, findOtherHolder, keep, type NotDone, recordOf } from './token-operations.ts';

/** The actor that records name for tokens of the token file. */
const tokenFile: Actor = { name: 'token file' };

interface DeclareTokensInput {
  readonly environment: string;
  /** All tokens in the token file. */
  readonly rows: readonly DeclaredToken[];
}

/** What a token file changes: the holders of `ended` tokens are signed out, unless a token is also in `added`. */
interface DeclaredTokens {
  readonly ended: readonly TokenRow[];
  readonly added: readonly TokenRow[];
}
/**
 * Replaces the tokens of the token file with the current ones. A changed entry is another token, even under the same
 * id. All or nothing: if one entry conflicts with a token that was created here, the whole file is refused.
 */
export const declareTokens = operation(
  'declareTokens',
  async (
    tx: LedgerTransaction<TokenTables>,
    { environment, rows }: DeclareTokensInput,
  ): Promise<DeclaredTokens | NotDone> => {
    const all = await tx.db.selectFrom('tokens').selectAll().execute();
    const created = all.filter(({ source }) => source !== 'file');
    for (const row of rows) {
      const refused = refuseEntry(row, created, tx.now);
      if (refused !== undefined) return { refused };
    }
    const active = all.filter(({ source, revoked_at }) => source === 'file' && revoked_at === null);
    const ended = active
      .filter((row) => !rows.some((next) => isSameToken(row, next)))
      .map((row) => ({ ...row, revoked_at: tx.now, revoked_by: tokenFile.name }));
    const added = rows
      .filter((row) => !active.some((known) => isSameToken(known, row)))
      .map((row) => keep(row, 'file', tokenFile, tx.now));
    for (const row of ended) {
      const { revoked_at, revoked_by } = row;
      await tx.db.updateTable('tokens').set({ revoked_at, revoked_by }).where('id', '=', row.id).execute();
      tx.append(recordOf(tx, 'token.revoked', environment, tokenFile, row));
    }
    for (const row of added) {
      // An earlier token with the same id or secret came from the file too, and has ended.
      await tx.db
        .deleteFrom('tokens')
        .where((or) => or.or([or('id', '=', row.id), or('hash', '=', row.hash)]))
        .execute();
      await tx.db.insertInto('tokens').values(row).execute();
      tx.append(recordOf(tx, 'token.created', environment, tokenFile, row));
    }
    return { ended, added };
  },
);

/** Why an entry of the token file conflicts with the tokens that were created here. */
function refuseEntry(row: DeclaredToken, created: readonly TokenRow[], now: number): string | undefined {
  if (created.some(({ id }) => id === row.id))
    return `has the id ${row.id} of a token that was created here; give it another id.`;
  const twin = created.find(({ hash }) => hash === row.hash);
  if (twin !== undefined) return `gives ${row.id} the same secret as ${twin.id}; create another token.`;
  const other = findOtherHolder(row, created, now);
  if (other === undefined) return undefined;
  return `gives ${row.id} the subject \`${row.subject}\`, which belongs to ${other.owner}; choose another subject, or revoke ${other.id} first.`;
}

function isSameToken(row: DeclaredToken, next: DeclaredToken): boolean {
  const fields = ['id', 'hash', 'subject', 'owner', 'roles', 'audience', 'expires_at'] as const;
  return fields.every((field) => row[field] === next[field]);
}
