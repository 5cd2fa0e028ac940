import type { ArchiveSettings } from '@lockstep/model/internal';
import pRetry, { type RetryContext } from 'p-retry';
import type { Logger } from 'pino';
import { type ExportOptions, exportRanges } from '../audit/export.ts';
import type { AuditSource } from '../audit/pages.ts';
import type { Range } from '../audit/search-step.ts';
import type { Signature } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { type Bucket, openBucket } from './bucket.ts';
import { archiveLag, type ClosedSegment, closeSegment, type SegmentSize, segmentSent } from './operations.ts';

/** When to close a segment, and how long to wait. In seconds, except `enough` and `bytes`. */
export interface ArchivePace {
  /** Between checks of how many records wait. */
  readonly look: number;
  /** After this, whatever waits is sent, however little it is. */
  readonly every: number;
  /** This many records are sent as soon as they are there. */
  readonly enough: number;
  readonly size: SegmentSize;
  /** Pause between attempts: the first, which doubles each time, and the longest. */
  readonly retry: { readonly first: number; readonly most: number };
  /** For the last attempt when the gateway stops. */
  readonly farewell: number;
}

const defaultPace: ArchivePace = {
  look: 10,
  every: 300,
  enough: 1000,
  size: { records: 2000, bytes: 16 * 1024 * 1024 },
  retry: { first: 1, most: 300 },
  farewell: 5,
};

/** Sends an audit to an archive. */
export interface Archive {
  /** Records that the archive doesn't have yet, at most 100,000. */
  lag(): Promise<number>;
  /** Sends what waits, once, within a few seconds. The next start sends the rest. */
  close(): Promise<void>;
}

interface ArchiveOptions {
  readonly settings: ArchiveSettings;
  readonly bucket: Bucket;
  readonly store: Pick<Store, 'query' | 'transact'>;
  readonly environment: string;
  readonly sign: (text: string) => Signature;
  readonly log: Pick<Logger, 'error' | 'info'>;
  /** Called after each failed attempt, which is in the log. */
  onFailure(): void;
  readonly pace?: Partial<ArchivePace>;
}

/**
 * Sends the audit to its archive, segment by segment, beside the calls: no call waits for it. It begins with what the
 * last run left. The database keeps a segment's end before the segment is sent, so a restart sends the same segment and
 * no record is missing or there twice.
 */
export function startArchive(options: ArchiveOptions): Archive {
  const { settings, bucket, store, environment, sign, log } = options;
  const pace = { ...defaultPace, ...options.pace };
  const destination = [settings.bucket, ...(settings.prefix === undefined ? [] : [settings.prefix])].join(
    '/',
  );
  const stopping = new AbortController();
  let lastSent = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let looking = look();

  async function look(): Promise<void> {
    try {
      const waiting = await lag();
      const isDue = performance.now() - lastSent >= pace.every * 1000;
      if (waiting >= pace.enough || (waiting > 0 && isDue)) await sendAll(waiting, sendUntilTaken);
    } catch (error) {
      if (!stopping.signal.aborted) fail("The audit archive couldn't be filled", error);
    }
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      looking = look();
    }, pace.look * 1000).unref();
  }

  /** Sends as many records as wait now; later ones are left for the next check. */
  async function sendAll(waiting: number, send: (segment: ClosedSegment) => Promise<void>): Promise<void> {
    lastSent = performance.now();
    for (let left = waiting; left > 0; ) {
      const segment = await store.transact(closeSegment, { destination, size: pace.size });
      if (segment === null) return;
      await send(segment);
      await store.transact(segmentSent, { destination, segment });
      left -= segment.last - segment.first + 1;
    }
  }

  async function sendUntilTaken(segment: ClosedSegment): Promise<void> {
    await pRetry(() => send(segment, stopping.signal), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: pace.retry.first * 1000,
      maxTimeout: pace.retry.most * 1000,
      randomize: true,
      unref: true,
      signal: stopping.signal,
      onFailedAttempt: ({ error, retryDelay }: RetryContext) =>
        fail(
          `The audit archive ${destination} did not accept a segment; the next attempt is in ${Math.round(retryDelay / 1000)} s`,
          error,
        ),
    });
  }

  async function send(segment: ClosedSegment, signal: AbortSignal): Promise<void> {
    const key = segmentKey(environment, segment, settings.prefix);
    const text = await segmentText(store, segment, { environment, sign });
    const result = await bucket.add(key, text, signal);
    const { first, last } = segment;
    log.info({ bucket: settings.bucket, key, records: last - first + 1, result }, 'audit archived');
  }

  function fail(what: string, error: unknown): void {
    options.onFailure();
    log.error(`${what}: ${reasonOf(error)}`);
  }

  function lag(): Promise<number> {
    return store.query(archiveLag, { destination });
  }

  async function close(): Promise<void> {
    stopping.abort(new Error('the gateway stops'));
    clearTimeout(timer);
    await looking;
    const enough = AbortSignal.timeout(pace.farewell * 1000);
    try {
      await sendAll(await lag(), (segment) => send(segment, enough));
    } catch (error) {
      fail(
        `The audit archive ${destination} did not accept the last segment, which the next start sends`,
        error,
      );
    }
    await bucket.close();
  }

  return { lag, close };
}

/** The end of a sentence. The SDK's messages say little without the name of the error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}, ${error.message}`;
}

/** Digits of an epoch and of a place in keys, so that listings are in the order of the chain. */
const epochDigits = 6;
const placeDigits = 12;

/**
 * The key of a segment in its bucket.
 *
 * @example
 * segmentKey('prod', { writer: 'f9517721-…', epoch: 1, first: 1, last: 33 }, 'mcp');
 * // mcp/prod/f9517721-…/000001/000000000001-000000000033.jsonl
 */
function segmentKey(
  environment: string,
  { writer, epoch, first, last }: Range,
  prefix?: string | undefined,
): string {
  const file = `${pad(first, placeDigits)}-${pad(last, placeDigits)}.jsonl`;
  return [...(prefix === undefined ? [] : [prefix]), environment, writer, pad(epoch, epochDigits), file].join(
    '/',
  );
}

/** A segment's text: an export that ends in its signed manifest. The same segment gives the same bytes. */
async function segmentText(
  source: AuditSource,
  { closedAt, ...range }: ClosedSegment,
  options: Pick<ExportOptions, 'environment' | 'sign'>,
): Promise<string> {
  let text = '';
  for await (const line of exportRanges(source, [range], { ...options, time: closedAt })) text += `${line}\n`;
  return text;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** The archive that the deployment currently names. */
export interface FollowedArchive extends Archive {
  /** Switches to this archive, or to none. Repeating the same settings changes nothing. */
  use(settings: ArchiveSettings | undefined): void;
  /** How many attempts have failed since the start. */
  failures(): number;
}

/** Keeps one archive going, and switches to another when the deployment changes. */
export function followArchive(
  options: Omit<ArchiveOptions, 'settings' | 'bucket' | 'onFailure'>,
  open: (settings: ArchiveSettings) => Bucket = openBucket,
): FollowedArchive {
  let named: string | undefined;
  let current: Archive | undefined;
  let turn = Promise.resolve();
  let failed = 0;

  async function changeTo(settings: ArchiveSettings | undefined): Promise<void> {
    // One after the other, since both could send the same segment.
    await current?.close();
    current =
      settings &&
      startArchive({
        ...options,
        settings,
        bucket: open(settings),
        onFailure() {
          failed += 1;
        },
      });
  }

  return {
    use(settings) {
      const name = settings && JSON.stringify(settings);
      if (name === named) return;
      named = name;
      turn = turn.then(() => changeTo(settings));
    },
    lag: async () => current?.lag() ?? 0,
    failures: () => failed,
    async close() {
      await turn;
      await current?.close();
    },
  };
}
