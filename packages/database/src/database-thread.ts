import type { Worker } from 'node:worker_threads';
import type { Call, FromThread, JournalEntry, JournalReceipt, Result, ToThread } from './messages.ts';
import type { Transactions } from './operation.ts';

/**
 * How safe an entry is when `append` resolves. `written`: it survives a crash of this process, and within a second
 * also a crash of the machine. `durable`: it survives both.
 */
export type Durability = 'written' | 'durable';

/** A handle on the thread that owns the database. Each promise rejects once the thread is lost or closed. */
export interface DatabaseThread<Started> extends Transactions {
  /** What the thread's program reported when it started. */
  readonly started: Started;
  append(entry: JournalEntry, durability: Durability): Promise<JournalReceipt>;
  /** Resolves once everything answered so far is durable. */
  flush(): Promise<void>;
  /** Age in seconds of the oldest write that isn't acknowledged yet; 0 when there is none. */
  lag(): number;
  close(): Promise<void>;
}

/**
 * How many entries fill a message; a smaller one is sent once a turn of the event loop adds none. Waking the other
 * thread costs more than writing an entry. If all entries on their way went in one message, the thread would idle until
 * then.
 */
const fullBatch = 10;

/**
 * Waits until a thread serves its database (see `serveDatabase`). Everything requested in one tick, or while the
 * thread is busy, goes to it as one message and one transaction.
 *
 * @param subject what is written, as the start of a sentence: `The audit`.
 * @param onLost called once, when the disk has failed or the thread has died and nothing more can be promised.
 * @throws Error with one sentence if the database can't be used.
 */
export async function startDatabase<Started>(
  worker: Worker,
  { subject, onLost }: { readonly subject: string; readonly onLost: (error: Error) => void },
): Promise<DatabaseThread<Started>> {
  const send = (message: ToThread) => worker.postMessage(message);
  const started = await firstMessage<Started>(worker);

  let draft = emptyDraft();
  let underway: Draft | undefined;
  /** Committed messages with answers that wait for the disk, the oldest first. */
  let unsynced: Draft[] = [];
  let scheduled = false;
  let ended: Error | undefined;

  function schedule(): void {
    if (scheduled || underway !== undefined) return;
    scheduled = true;
    gather(0);
  }

  function gather(before: number): void {
    setImmediate(() => {
      const { length } = draft.appends;
      if (length > before && length < fullBatch) gather(length);
      else dispatch();
    });
  }

  function dispatch(): void {
    scheduled = false;
    if (ended !== undefined) return;
    underway = draft;
    draft = emptyDraft();
    const { packed, operations, queries, durable } = underway;
    try {
      send({ entries: packed, operations, queries, durable });
    } catch (error) {
      onFailed(new Error(`A value for the database can't be sent to its thread: ${error}`));
    }
  }

  function onCommitted({
    firstSeq,
    receipts,
    operations,
    queries,
  }: FromThread & { type: 'committed' }): void {
    const done = underway ?? emptyDraft();
    done.appends.forEach(({ resolve, durable }, at) => {
      const receipt = { seq: firstSeq + at, receipt: receipts[at] ?? '' };
      if (durable) done.onSynced.push(() => resolve(receipt));
      else resolve(receipt);
    });
    for (const [at, waiting] of done.querying.entries()) answer(waiting, queries[at]);
    for (const [at, waiting] of done.operating.entries())
      done.onSynced.push(() => answer(waiting, operations[at]));
    for (const { resolve } of done.flushes) done.onSynced.push(resolve);
    if (done.durable) unsynced.push(done);
    finish();
  }

  function onSynced(rounds: number): void {
    for (const { onSynced: answers } of unsynced.splice(0, rounds)) for (const answer of answers) answer();
  }

  function finish(): void {
    underway = undefined;
    if (isWaiting(draft)) schedule();
  }

  function answer({ resolve, reject }: Waiting<unknown>, result: Result | undefined): void {
    if (result !== undefined && 'value' in result) resolve(result.value);
    else reject(new Error(result?.error ?? 'The database gave no answer.'));
  }

  function onFailed(error: Error): void {
    if (underway !== undefined) rejectAll(underway, error);
    finish();
  }

  function end(error: Error): void {
    if (ended !== undefined) return;
    ended = error;
    for (const waiting of [...unsynced, ...(underway === undefined ? [] : [underway]), draft]) {
      rejectAll(waiting, error);
    }
    unsynced = [];
    underway = undefined;
    draft = emptyDraft();
  }

  function lose(reason: string): void {
    if (ended !== undefined) return;
    const error = new Error(`${subject} can't be written any more: ${reason}`);
    end(error);
    onLost(error);
  }

  worker.on('message', (message: FromThread) => {
    if (message.type === 'committed') onCommitted(message);
    else if (message.type === 'synced') onSynced(message.rounds);
    else if (message.type === 'failed')
      onFailed(new Error(`${subject} couldn't be written: ${message.error}`));
    else if (message.type === 'lost') lose(message.error);
  });
  worker.on('error', (error) => lose(error instanceof Error ? error.message : String(error)));
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('exit', (code) => lose(`its thread ended with code ${code}`));

  /** @param durability how safe the request must be before it resolves; undefined if it writes nothing. */
  function ask<T>(
    durability: Durability | undefined,
    enter: (draft: Draft, waiting: Waiting<T>) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      enter(draft, { resolve, reject });
      if (durability !== undefined) draft.since ??= performance.now();
      if (durability === 'durable') draft.durable = true;
      schedule();
    });
  }

  return {
    started,
    append: (entry, durability) =>
      ask(durability, ({ packed, appends }, waiting: Waiting<JournalReceipt>) => {
        packed.push(...entry);
        appends.push({ ...waiting, durable: durability === 'durable' });
      }),
    transact: <Output>({ name }: { readonly name: string }, input: unknown) =>
      ask('durable', ({ operations, operating }, waiting: Waiting<Output>) => {
        operations.push({ name, input });
        operating.push(waiting as Waiting<unknown>);
      }),
    query: <Output>({ name }: { readonly name: string }, input: unknown) =>
      ask(undefined, ({ queries, querying }, waiting: Waiting<Output>) => {
        queries.push({ name, input });
        querying.push(waiting as Waiting<unknown>);
      }),
    flush: () => ask('durable', ({ flushes }, waiting: Waiting<void>) => flushes.push(waiting)),
    lag() {
      const since = unsynced[0]?.since ?? underway?.since ?? draft.since;
      return since === undefined ? 0 : (performance.now() - since) / 1000;
    },
    close() {
      end(new Error('The database is closed.'));
      send({ close: true });
      return exited;
    },
  };
}

function firstMessage<Started>(worker: Worker): Promise<Started> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The database's thread ended with code ${code}.`)));
    worker.once('message', (message: FromThread) => {
      worker.off('error', reject);
      if (message.type === 'ready') resolve(message.started as Started);
      else reject(new Error(message.type === 'refused' ? message.error : 'The database did not start.'));
    });
  });
}

/** A caller that waits for an answer. */
interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** The contents of the next message to the thread, or of the one underway. */
interface Draft {
  readonly packed: (string | number | null)[];
  readonly appends: (Waiting<JournalReceipt> & { readonly durable: boolean })[];
  readonly operations: Call[];
  readonly operating: Waiting<unknown>[];
  readonly queries: Call[];
  readonly querying: Waiting<unknown>[];
  /** Callers that wait only for the disk. */
  readonly flushes: Waiting<void>[];
  /** Answers that wait for the disk; empty until the message was committed. */
  readonly onSynced: (() => void)[];
  durable: boolean;
  /** When the first request that writes was made, by `performance.now()`; undefined while there is none. */
  since: number | undefined;
}

function emptyDraft(): Draft {
  return {
    packed: [],
    appends: [],
    operations: [],
    operating: [],
    queries: [],
    querying: [],
    flushes: [],
    onSynced: [],
    durable: false,
    since: undefined,
  };
}

function isWaiting({ appends, operating, querying, flushes }: Draft): boolean {
  return appends.length + operating.length + querying.length + flushes.length > 0;
}

function rejectAll({ appends, operating, querying, flushes }: Draft, error: Error): void {
  for (const waiting of [...appends, ...operating, ...querying, ...flushes]) waiting.reject(error);
}
