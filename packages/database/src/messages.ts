/** One journal entry: a fixed number of plain values, whose meaning only the journal's owner knows. */
export type JournalEntry = readonly (string | number | null)[];

/** An entry's place in the journal, and what the journal returned for it, such as a hash. */
export interface JournalReceipt {
  readonly seq: number;
  readonly receipt: string;
}

/** One named operation or query with its input. */
export interface Call {
  readonly name: string;
  readonly input: unknown;
}

/**
 * Everything that was requested in one tick: first the journal's entries, then the operations, in one transaction;
 * after it, the queries.
 */
export interface Round {
  /** All entries in one flat array, because sending many small arrays is expensive. */
  readonly entries: JournalEntry;
  readonly operations: readonly Call[];
  readonly queries: readonly Call[];
  /** Whether this round and everything before it are to be made durable at once. */
  readonly durable: boolean;
}

export type ToThread = Round | { readonly close: true };

export type Result = { readonly value: unknown } | { readonly error: string };

export type FromThread =
  /** The tables are ready; `started` is what the program reported when it started. */
  | { readonly type: 'ready'; readonly started: unknown }
  /** The thread can't start. */
  | { readonly type: 'refused'; readonly error: string }
  /** A round was committed; `synced` follows if it is durable. */
  | {
      readonly type: 'committed';
      /** The place of the first entry in the journal; the others follow. */
      readonly firstSeq: number;
      readonly receipts: readonly string[];
      readonly operations: readonly Result[];
      readonly queries: readonly Result[];
    }
  /** So many of the oldest durable rounds, and everything before them, are on the disk. */
  | { readonly type: 'synced'; readonly rounds: number }
  /** A round was rolled back whole. */
  | { readonly type: 'failed'; readonly error: string }
  /** The disk failed. */
  | { readonly type: 'lost'; readonly error: string };
