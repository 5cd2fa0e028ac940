/** One entry of a journal in plain values, always as many; what they mean is its owner's matter. */
export type JournalEntry = readonly (string | number | null)[];

/** What became of an entry: its place in the journal, and what the journal says of it, such as a hash. */
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
 * All that was asked of the database in one tick: one transaction for the journal's entries and the operations, in
 * this order, then the queries.
 */
export interface Round {
  /** Entries one after the other, flat, since many small arrays are dear to send. */
  readonly entries: JournalEntry;
  readonly operations: readonly Call[];
  readonly queries: readonly Call[];
  /** Whether it is answered once it is durable, with everything before it. */
  readonly durable: boolean;
}

export type ToThread = Round | { readonly close: true };

export type Result = { readonly value: unknown } | { readonly error: string };

export type FromThread =
  /** The tables are ready; `started` is what the program says of its start. */
  | { readonly type: 'ready'; readonly started: unknown }
  /** The thread can't start. */
  | { readonly type: 'refused'; readonly error: string }
  /** A round was committed. */
  | {
      readonly type: 'committed';
      /** The place of the first entry in the journal; the others follow. */
      readonly firstSeq: number;
      readonly receipts: readonly string[];
      readonly operations: readonly Result[];
      readonly queries: readonly Result[];
    }
  /** A round was rolled back whole. */
  | { readonly type: 'failed'; readonly error: string }
  /** The disk failed. */
  | { readonly type: 'lost'; readonly error: string };
