import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Transaction } from '../store/transaction.ts';
import type { NewRecord, RecordRef } from './record.ts';

/** Several records that stand or fall together. */
async function appendAll(tx: Transaction, records: readonly NewRecord[]): Promise<RecordRef[]> {
  return records.map((record) => tx.append(record));
}

/** The last record of every writer. */
async function heads(db: Kysely<Database>, _input: null): Promise<RecordRef[]> {
  const writers = await db.selectFrom('writers').select('writer').orderBy('writer').execute();
  const found: RecordRef[] = [];
  for (const { writer } of writers) {
    const head = await db
      .selectFrom('audit')
      .select(['writer', 'epoch', 'seq', 'hash'])
      .where('writer', '=', writer)
      .orderBy('epoch', 'desc')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (head !== undefined) found.push(head);
  }
  return found;
}

export const auditOperations = { appendAll };
export const auditQueries = { heads };
