import { randomUUID } from 'node:crypto';
import { type NewRecord, parsePlace, type RecordPlace, type RecordRef } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import { type Head, type Ledger, toEvent } from './ledger.ts';
import type { LedgerTables } from './tables.ts';

/** Where this writer's chain continues: after its last record, in the next epoch. */
export async function nextEpoch(
  db: Kysely<LedgerTables>,
  now: number,
): Promise<{ start: Head; previous: Head | null }> {
  // A state folder has one writer, and opening the folder locks it.
  const known = await db.selectFrom('writers').selectAll().executeTakeFirst();
  const writer = known?.writer ?? randomUUID();
  const previous = await lastRecord(db, writer);
  const epoch = Math.max(known?.epoch ?? 0, previous?.epoch ?? 0) + 1;
  await db
    .insertInto('writers')
    .values({ writer, epoch, heartbeat: now })
    .onConflict((conflict) => conflict.column('writer').doUpdateSet({ epoch, heartbeat: now }))
    .execute();
  return { start: { writer, epoch, seq: 0, hash: previous?.hash ?? null }, previous: previous ?? null };
}

/** Records the start, and an unknown outcome for each call that was in progress when the last epoch ended. */
export async function recordStart(
  db: Kysely<LedgerTables>,
  ledger: Ledger,
  start: { environment: string; previous: Head | null; now: number },
): Promise<void> {
  const { environment, previous } = start;
  const time = new Date(start.now).toISOString();
  const open = await db
    .selectFrom('open_intents')
    .select('intent')
    .where('writer', '=', ledger.head.writer)
    .orderBy('intent')
    .execute();
  ledger.link(
    toEvent({
      kind: 'gateway.started',
      time,
      environment,
      detail: {
        previous: previous && { epoch: previous.epoch, seq: previous.seq, hash: previous.hash },
        openIntents: open.length,
      },
    }),
  );
  for (const { intent } of open) {
    const place = parsePlace(intent);
    if (place === undefined) throw new Error(`open_intents names ${intent}, which isn't a record's place.`);
    const known = await readIntent(db, place);
    ledger.link(
      toEvent({
        environment,
        ...known,
        kind: 'outcome',
        time,
        intent: place,
        outcome: 'unknown',
        error: 'The gateway stopped before the answer came; the call may have acted.',
      }),
    );
  }
  ledger.write();
}

/** The fields that an outcome repeats. A damaged intent doesn't stop the gateway from starting; `audit verify` names it. */
async function readIntent(db: Kysely<LedgerTables>, place: RecordPlace): Promise<Partial<NewRecord>> {
  const row = await db
    .selectFrom('audit')
    .select('record')
    .where('writer', '=', place.writer)
    .where('epoch', '=', place.epoch)
    .where('seq', '=', place.seq)
    .executeTakeFirst();
  try {
    const { arguments: _, commitment: _c, salt: _s, detail: _d, ...rest } = JSON.parse(row?.record ?? '{}');
    return rest;
  } catch {
    return {};
  }
}

/** The last record of a writer; undefined if it has none. */
export function lastRecord(db: Kysely<LedgerTables>, writer: string): Promise<RecordRef | undefined> {
  return db
    .selectFrom('audit')
    .select(['writer', 'epoch', 'seq', 'hash'])
    .where('writer', '=', writer)
    .orderBy('epoch', 'desc')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}
