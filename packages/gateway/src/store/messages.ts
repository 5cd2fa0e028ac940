import type { Event } from '../ledger/ledger.ts';

/** What the store's thread is started with. */
export interface ThreadSetup {
  readonly dataDir: string;
  readonly environment: string;
}

/** One named operation or query with its input. */
export interface Call {
  readonly name: string;
  readonly input: unknown;
}

/**
 * All that the gateway asked of the store in one tick: one transaction for the appends and operations, in this
 * order, then the queries.
 */
export interface Round {
  readonly round: number;
  /** Events one after the other, flat, since many small arrays are dear to send; see {@link packEvent}. */
  readonly appends: readonly (string | number | null)[];
  readonly operations: readonly Call[];
  readonly queries: readonly Call[];
  /** Whether somebody waits for it to be durable. */
  readonly durable: boolean;
}

export type ToThread = Round | { readonly close: true };

export type Result = { readonly value: unknown } | { readonly error: string };

export type FromThread =
  /** The tables are ready; the epoch has begun. */
  | { readonly type: 'ready'; readonly writer: string; readonly epoch: number }
  /** The thread can't start. */
  | { readonly type: 'refused'; readonly error: string }
  /** A round was committed. */
  | {
      readonly type: 'committed';
      /** The place of the first append; the others follow. */
      readonly firstSeq: number;
      readonly hashes: readonly string[];
      readonly operations: readonly Result[];
      readonly queries: readonly Result[];
    }
  /** A round was rolled back whole. */
  | { readonly type: 'failed'; readonly error: string }
  /** Everything up to this round is durable. */
  | { readonly type: 'synced'; readonly round: number }
  /** The disk failed. */
  | { readonly type: 'lost'; readonly error: string };

/** How many values {@link packEvent} adds before the columns. */
const packedBefore = 2;

export function packEvent(into: (string | number | null)[], event: Event): void {
  into.push(event.text, event.intent, ...event.columns);
}

export function unpackEvents(packed: readonly (string | number | null)[], columns: number): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < packed.length; at += packedBefore + columns) {
    events.push({
      text: String(packed[at]),
      intent: packed[at + 1] as string | null,
      columns: packed.slice(at + packedBefore, at + packedBefore + columns),
    });
  }
  return events;
}
