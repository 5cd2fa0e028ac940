import { hash } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEntry } from '@lockstep/database';
import type { Journal } from '@lockstep/database/sqlite';
import { type NewRecord, printPlace, type RecordPlace, type RecordRef } from '@lockstep/model/record';
import { blankSecrets } from '@lockstep/model/secret-detector';
import type { Kysely } from 'kysely';
import { columnNames, columnValues, eventText, placeEvent } from './event.ts';
import type { LedgerTables } from './tables.ts';

/** Where a writer's chain ends: at the epoch's last record or, before its first, at the hash which that one names. */
export interface Head extends RecordPlace {
  readonly hash: string | null;
}

/** A record on its way to the chain: its canonical JSON, and what a search needs. */
interface Event {
  readonly text: string;
  /** The values of `columnValues`. */
  readonly columns: readonly (string | number | null)[];
  /** For an outcome, the place of the intent that it closes. */
  readonly intent: string | null;
}

/** How many values one entry of the journal has: a record's text, the intent that it closes, its columns. */
const entryLength = 2 + columnNames.length;

/** Converts a record for the database's thread. */
export function toEntry(record: NewRecord): JournalEntry {
  const { text, intent, columns } = toEvent(record);
  return [text, intent, ...columns];
}

function eventAt(entries: JournalEntry, at: number): Event {
  return {
    text: String(entries[at]),
    intent: entries[at + 1] as string | null,
    columns: entries.slice(at + 2, at + entryLength),
  };
}

/** The index of the kind in `columnValues`. */
const kindAt = columnNames.indexOf('kind');

export function toEvent(given: NewRecord): Event {
  // Not in `columnValues`: `verify` derives the columns of older records from the text that they have.
  const target = given.target && blankSecrets(given.target);
  const record = target === given.target ? given : { ...given, target };
  return {
    text: eventText(record),
    columns: columnValues(record),
    intent: record.intent === undefined ? null : printPlace(record.intent),
  };
}

/** Writes a writer's chain into the tables, inside whichever transaction is open. */
export interface Ledger extends Journal {
  readonly head: Head;
  /** Adds a record to the chain; {@link Ledger.write} writes it into the tables. */
  link(event: Event): RecordRef;
}

/** Continues the chain at `start`. */
export function openLedger(connection: DatabaseSync, db: Kysely<LedgerTables>, start: Head): Ledger {
  let head = start;
  let linked: { ref: RecordRef; text: string; event: Event }[] = [];
  // Compiled once: building the query anew for each row costs more than running it.
  const insert = connection.prepare(compileInsert(db));
  const openIntent = connection.prepare(compileOpenIntent(db));
  const closeIntent = connection.prepare(compileCloseIntent(db));

  function link(event: Event): RecordRef {
    const place = { writer: head.writer, epoch: head.epoch, seq: head.seq + 1 };
    const text = placeEvent(event.text, place, head.hash);
    const ref = { ...place, hash: `sha256:${hash('sha256', text)}` };
    linked.push({ ref, text, event });
    head = ref;
    return ref;
  }

  return {
    get head() {
      return head;
    },
    get seq() {
      return head.seq;
    },
    add(entries) {
      const receipts: string[] = [];
      for (let at = 0; at < entries.length; at += entryLength) {
        receipts.push(link(eventAt(entries, at)).hash);
      }
      return receipts;
    },
    extend: (tx, name, isOpen) => ({
      ...tx,
      append(record: NewRecord) {
        if (!isOpen()) throw new Error(`The operation ${name} appended a record after it had ended.`);
        return link(toEvent(record));
      },
    }),
    link,
    write() {
      for (const { ref, text, event } of linked) {
        insert.run(ref.writer, ref.epoch, ref.seq, ref.hash, text, ...(event.columns as SQLInputValue[]));
        if (event.columns[kindAt] === 'intent') openIntent.run(printPlace(ref), ref.writer);
        if (event.intent !== null) closeIntent.run(event.intent);
      }
      linked = [];
    },
    mark() {
      const before = head;
      return () => {
        head = before;
        linked = [];
      };
    },
  };
}

function compileInsert(db: Kysely<LedgerTables>): string {
  const names = ['writer', 'epoch', 'seq', 'hash', 'record', ...columnNames] as const;
  const values = Object.fromEntries(names.map((name) => [name, ''])) as never;
  return db.insertInto('audit').values(values).compile().sql;
}

function compileOpenIntent(db: Kysely<LedgerTables>): string {
  return db.insertInto('open_intents').values({ intent: '', writer: '' }).compile().sql;
}

function compileCloseIntent(db: Kysely<LedgerTables>): string {
  return db.deleteFrom('open_intents').where('intent', '=', '').compile().sql;
}
