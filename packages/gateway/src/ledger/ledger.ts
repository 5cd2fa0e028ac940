import { hash } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEntry } from '@lockstep/database';
import type { Journal } from '@lockstep/database/sqlite';
import { type NewRecord, printPlace, type RecordPlace, type RecordRef } from '@lockstep/model/record';
import { blankSecrets } from '@lockstep/model/secret-detector';
import type { Kysely } from 'kysely';
import { columnNames, columnValues, eventText, placeEvent } from './event.ts';
import type { LedgerTables } from './tables.ts';

/** Where a writer's chain ends: the epoch's last record, or, before its first, the hash that one will name. */
export interface Head extends RecordPlace {
  readonly hash: string | null;
}

/** A record on its way: its canonical JSON, and what searching needs. */
interface Event {
  readonly text: string;
  /** As `columnValues` gives them. */
  readonly columns: readonly (string | number | null)[];
  /** For an outcome: the place of the intent that it ends. */
  readonly intent: string | null;
}

/** How many values an entry of the journal has: a record's text, the intent that it ends, its columns. */
const entryLength = 2 + columnNames.length;

/** A record as it crosses to the database's thread. */
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

/** Where `columnValues` has the kind. */
const kindAt = columnNames.indexOf('kind');

export function toEvent(given: NewRecord): Event {
  // Here and not where columns are derived: `verify` derives those of older records, which hold what they held.
  const target = given.target && blankSecrets(given.target);
  const record = target === given.target ? given : { ...given, target };
  return {
    text: eventText(record),
    columns: columnValues(record),
    intent: record.intent === undefined ? null : printPlace(record.intent),
  };
}

/** A writer's chain on its way into the tables, inside whatever transaction is open. */
export interface Ledger extends Journal {
  readonly head: Head;
  /** Adds a record to the chain; {@link Ledger.write} puts it into the tables. */
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
