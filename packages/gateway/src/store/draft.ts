import type { RecordRef } from '@lockstep/model/record';
import type { Call } from './messages.ts';

/** Who waits for an answer. */
export interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
  readonly durable: boolean;
}

/** What goes into the next message to the store's thread, or is underway in one. */
export interface Draft {
  readonly packed: (string | number | null)[];
  readonly appends: Waiting<RecordRef>[];
  readonly operations: Call[];
  readonly operating: Waiting<unknown>[];
  readonly queries: Call[];
  readonly querying: Waiting<unknown>[];
  /** Those who wait for nothing but the disk. */
  readonly flushes: Waiting<void>[];
  durable: boolean;
  /** When the first of those that write was asked for, as `performance.now()` tells it; undefined while there is none. */
  since: number | undefined;
}

export function emptyDraft(): Draft {
  return {
    packed: [],
    appends: [],
    operations: [],
    operating: [],
    queries: [],
    querying: [],
    flushes: [],
    durable: false,
    since: undefined,
  };
}

export function isWaiting({ appends, operating, querying, flushes }: Draft): boolean {
  return appends.length + operating.length + querying.length + flushes.length > 0;
}

export function rejectAll({ appends, operating, querying, flushes }: Draft, error: Error): void {
  for (const waiting of [...appends, ...operating, ...querying, ...flushes]) waiting.reject(error);
}
