import { query } from '@lockstep/database';
import type { AuditFilter } from '@lockstep/model/admin';
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../ledger/tables.ts';

/** A place in the order of a search, which begins with the latest record. */
export interface Cursor {
  readonly time: number;
  readonly writer: string;
  readonly epoch: number;
  readonly seq: number;
}

/** A bounded stretch of the audit, latest first. The bound limits how long others wait for the database. */
export interface Stretch {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The end of the stretch before; null for the first. */
  readonly before: Cursor | null;
  /** How many records it has. */
  readonly length: number;
}

export interface FoundRow extends Cursor {
  readonly hash: string;
  readonly record: string;
}
/** The matching records in a stretch, at most `limit`, and where the next stretch begins: null at the end. */
export const searchStep = query(
  'searchStep',
  async (
    db: Kysely<LedgerTables>,
    input: { readonly filter: AuditFilter; readonly stretch: Stretch; readonly limit: number },
  ): Promise<{ found: FoundRow[]; next: Cursor | null }> => {
    const { filter, stretch, limit } = input;
    let looked = db
      .selectFrom(stretchOf(db, stretch).as('looked'))
      .innerJoin('audit', (join) =>
        join
          .onRef('audit.writer', '=', 'looked.writer')
          .onRef('audit.epoch', '=', 'looked.epoch')
          .onRef('audit.seq', '=', 'looked.seq'),
      );
    const { principal, tool, decision, outcome, kind } = filter;
    if (principal !== undefined) {
      looked = looked.where(({ or, eb }) =>
        or([eb('looked.subject', '=', principal), eb('looked.owner', '=', principal)]),
      );
    }
    if (tool !== undefined)
      looked = looked.where(sql<boolean>`looked.target like ${likeOf(tool)} escape '\\'`);
    if (decision !== undefined) looked = looked.where('looked.decision', '=', decision);
    if (outcome !== undefined) looked = looked.where('looked.outcome', '=', outcome);
    if (kind !== undefined) looked = looked.where('looked.kind', '=', kind);
    const found = await looked
      .select(['audit.time', 'audit.writer', 'audit.epoch', 'audit.seq', 'audit.hash', 'audit.record'])
      .orderBy('looked.time', 'desc')
      .orderBy('looked.writer', 'desc')
      .orderBy('looked.epoch', 'desc')
      .orderBy('looked.seq', 'desc')
      .limit(limit)
      .execute();
    const last = found.length === limit ? found.at(-1) : await endOf(db, stretch);
    return { found, next: last === undefined ? null : placeOf(last) };
  },
);
/** The records of one approval, latest first. */
export const recordsOfApproval = query(
  'recordsOfApproval',
  async (
    db: Kysely<LedgerTables>,
    { approval, limit }: { readonly approval: string; readonly limit: number },
  ): Promise<FoundRow[]> => {
    return db
      .selectFrom('audit')
      .select(['time', 'writer', 'epoch', 'seq', 'hash', 'record'])
      .where('approval', '=', approval)
      .orderBy('time', 'desc')
      .orderBy('writer', 'desc')
      .orderBy('epoch', 'desc')
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
  },
);

/** Consecutive records of one epoch. */
export interface Range {
  readonly writer: string;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
}
/** The ranges that cover the records of a stretch, and where the next stretch begins: null at the end. */
export const rangeStep = query(
  'rangeStep',
  async (db: Kysely<LedgerTables>, stretch: Stretch): Promise<{ ranges: Range[]; next: Cursor | null }> => {
    const ranges = await db
      .selectFrom(stretchOf(db, stretch).as('looked'))
      .select(({ fn }) => [
        'looked.writer',
        'looked.epoch',
        fn.min('looked.seq').as('first'),
        fn.max('looked.seq').as('last'),
      ])
      .groupBy(['looked.writer', 'looked.epoch'])
      .execute();
    const end = await endOf(db, stretch);
    return { ranges, next: end === undefined ? null : placeOf(end) };
  },
);

/** Uses only the index `audit_search`. */
function stretchOf(db: Kysely<LedgerTables>, { from, to, before, length }: Stretch) {
  let rows = db
    .selectFrom('audit')
    .select(['time', 'writer', 'epoch', 'seq', 'kind', 'subject', 'owner', 'target', 'decision', 'outcome']);
  if (from !== undefined) rows = rows.where('time', '>=', from);
  if (to !== undefined) rows = rows.where('time', '<=', to);
  if (before !== null) {
    rows = rows.where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('time', 'writer', 'epoch', 'seq'),
        '<',
        tuple(before.time, before.writer, before.epoch, before.seq),
      ),
    );
  }
  return rows
    .orderBy('time', 'desc')
    .orderBy('writer', 'desc')
    .orderBy('epoch', 'desc')
    .orderBy('seq', 'desc')
    .limit(length);
}

/** The last record of a full stretch; undefined if the audit ends within it. */
async function endOf(db: Kysely<LedgerTables>, stretch: Stretch): Promise<Cursor | undefined> {
  return stretchOf(db, stretch)
    .offset(stretch.length - 1)
    .limit(1)
    .executeTakeFirst();
}

function placeOf({ time, writer, epoch, seq }: Cursor): Cursor {
  return { time, writer, epoch, seq };
}

/**
 * A LIKE pattern that matches whatever the glob matches, and perhaps more, since LIKE ignores case on some databases:
 * `matchesGlob` makes the final decision.
 */
function likeOf(glob: string): string {
  const special = glob.search(/[*\\]/);
  const start = (special < 0 ? glob : glob.slice(0, special)).replace(/[%_]/g, '\\$&');
  return special < 0 ? start : `${start}%`;
}
