import { randomUUID } from 'node:crypto';
import { type NewRecord, parsePlace, type RecordPlace, type RecordRef } from '@lockstep/model/record';
import type { Kysely } from 'kysely';
import { type Head, type Ledger, toEvent } from './ledger.ts';
import type { LedgerTables } from './tables.ts';

/** Where this writer's chain goes on: its last record, with the epoch raised. */
export async function nextEpoch(
  db: Kysely<LedgerTables>,
  now: number,
): Promise<{ start: Head; previous: Head | null }> {
  // One writer per state folder; whoever opens it has its lock.
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

/** Records the start, and that the calls which were under way when the last epoch ended have an unknown outcome. */
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
    if (place === undefined) throw new Error(`open_intents names ${intent}, which is no record's place.`);
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

/** What an outcome repeats of its intent. A damaged intent doesn't keep the gateway from starting: `audit verify` names it. */
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

/** The last record of a writer; undefined before its first. */
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
