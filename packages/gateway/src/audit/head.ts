import type { RecordRef } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';

/** The last record of a writer; undefined before its first. */
export function lastRecord(db: Kysely<Database>, writer: string): Promise<RecordRef | undefined> {
  return db
    .selectFrom('audit')
    .select(['writer', 'epoch', 'seq', 'hash'])
    .where('writer', '=', writer)
    .orderBy('epoch', 'desc')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}
