import { query } from '@lockstep/database';
import type { RecordPlace, RecordRef } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import { lastRecord } from '../ledger/epochs.ts';
import type { Store } from '../ledger/store-port.ts';
import type { AuditRow, LedgerTables } from '../ledger/tables.ts';

/** Rows per page. */
const pageSize = 200;
/** The last record of every writer. */
export const auditHeads = query(
  'auditHeads',
  async (db: Kysely<LedgerTables>, _input: null): Promise<RecordRef[]> => {
    const writers = await db.selectFrom('writers').select('writer').orderBy('writer').execute();
    const found: RecordRef[] = [];
    for (const { writer } of writers) {
      const head = await lastRecord(db, writer);
      if (head !== undefined) found.push(head);
    }
    return found;
  },
);
/** The rows after a place, by writer, epoch and place. */
export const auditPage = query(
  'auditPage',
  async (
    db: Kysely<LedgerTables>,
    { after, limit }: { readonly after: RecordPlace | null; readonly limit: number },
  ): Promise<AuditRow[]> => {
    let rows = db.selectFrom('audit').selectAll();
    if (after !== null) {
      rows = rows.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('writer', 'epoch', 'seq'), '>', tuple(after.writer, after.epoch, after.seq)),
      );
    }
    return rows.orderBy('writer').orderBy('epoch').orderBy('seq').limit(limit).execute();
  },
);

/** All rows after a place, in the order of the chains. Page by page, so that nobody waits long for the database. */
export async function* auditRows(
  source: AuditSource,
  after: RecordPlace | null = null,
): AsyncGenerator<AuditRow> {
  let last = after;
  while (true) {
    const page: readonly AuditRow[] = await source.query(auditPage, { after: last, limit: pageSize });
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) return;
    last = { writer: end.writer, epoch: end.epoch, seq: end.seq };
  }
}

/** A source of the audit: a running store, or a stopped gateway's folder (`openStopped`). */
export type AuditSource = Pick<Store, 'query'>;
