import { isDeepStrictEqual } from 'node:util';
import { type SecretDefinition, type Secrets, secretPlaceholder } from '@lockstep/model/internal';
import { messageOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { HeaderList } from '../protocol/mcp-headers.ts';
import type { Credentials } from '../upstream/http/credentials.ts';
import { UpstreamError } from '../upstream/transport/transport.ts';
import type { SecretAnswer, SecretSource } from './secret-source.ts';

/** Seconds between two reads, unless the source says otherwise. */
const defaultEverySeconds = 60;
/** Seconds for which values stay in use while their source is away. */
const maxStaleSeconds = 3600;
/** Milliseconds after a failure, or after a read that a 401 caused, during which nothing causes another read. */
const pauseMs = 5000;
/** Milliseconds after which a continuing failure is logged again. */
const reminderMs = 60_000;

/** The state of the secrets in one server's headers. */
export interface SecretStatus {
  readonly server: string;
  /** Seconds since they were last read. */
  readonly age: number;
  /** How often they could not be read since the gateway started. */
  readonly errors: number;
}

interface CredentialsOptions {
  readonly server: string;
  readonly secrets: () => Secrets;
  readonly hide: (values: Iterable<string>) => void;
  readonly source: SecretSource;
  readonly log: Log;
  readonly clock: () => number;
}

/** The headers in force. */
interface Held {
  /** The declarations for which they were read. */
  readonly wanted: Wanted;
  readonly list: HeaderList;
  /** Until when they may be used, in the clock's milliseconds. */
  readonly until: number;
}

type Wanted = readonly (readonly [name: string, definition: SecretDefinition])[];

const none: HeaderList = [];

/**
 * Keeps the headers of one server. They are read before its first request and then about every minute, so that a
 * rotated secret arrives without a restart. While the source is away they stay in use for an hour, or for their own
 * lease. If the source says that one is missing or not for the gateway, they are given up at once.
 */
export function createCredentials(options: CredentialsOptions): {
  credentials: Credentials;
  status: () => SecretStatus | undefined;
} {
  const { server, secrets, hide, source, log, clock } = options;
  const every = source.every ?? defaultEverySeconds;
  const opened = clock();
  let declared: { secrets: Secrets; wanted: Wanted } | undefined;
  let held: Held | undefined;
  let readAt = opened;
  let reading: Promise<Held> | undefined;
  let failure: { wanted: Wanted; at: number; error: UpstreamError } | undefined;
  let demandedAt = Number.NEGATIVE_INFINITY;
  let errors = 0;
  let logged: { reason: string; at: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** The declarations now; the same list as long as none of them changes. */
  function wanted(): Wanted {
    const now = secrets();
    if (declared?.secrets === now) return declared.wanted;
    const list = Object.entries(now).filter(([, { delivery }]) => delivery === 'header');
    const same = isDeepStrictEqual(list, declared?.wanted);
    declared = { secrets: now, wanted: same && declared !== undefined ? declared.wanted : list };
    return declared.wanted;
  }

  function current(): Held | undefined {
    return held !== undefined && held.wanted === wanted() && clock() < held.until ? held : undefined;
  }

  /** Reads the secrets. All callers share one read at a time. */
  function read(): Promise<Held> {
    reading ??= readOnce(wanted()).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readOnce(list: Wanted): Promise<Held> {
    clearTimeout(timer);
    let next = every;
    try {
      const answers = await source.read(server, [...new Set(list.map(([, { reference }]) => reference))]);
      const { headers, values, lease } = headersOf(list, answers);
      hide(values);
      const now = clock();
      if (closed) throw new UpstreamError('unavailable', 'it was stopped');
      readAt = now;
      failure = undefined;
      logged = undefined;
      next = Math.min(every, Math.max(1, (lease * 2) / 3));
      held = { wanted: list, list: headers, until: now + Math.min(maxStaleSeconds, lease) * 1000 };
      return held;
    } catch (error) {
      throw failed(list, error);
    } finally {
      // Spread out, so that a gateway with many servers doesn't read all secrets at once.
      if (!closed) timer = setTimeout(again, next * 1000 * (0.75 + Math.random() / 4)).unref();
    }
  }

  function again(): void {
    if (wanted().length > 0) read().catch(() => {});
  }

  function failed(list: Wanted, error: unknown): UpstreamError {
    const unavailable = new UpstreamError('unavailable', messageOf(error));
    if (closed) return unavailable;
    errors += 1;
    failure = { wanted: list, at: clock(), error: unavailable };
    if (error instanceof Missing) held = undefined;
    tell(unavailable.message);
    return unavailable;
  }

  /** Logs a failure, but not on every read. */
  function tell(reason: string): void {
    const now = clock();
    if (logged?.reason === reason && now - logged.at < reminderMs) return;
    logged = { reason, at: now };
    const fields = { server, reason, ageSeconds: Math.round((now - readAt) / 1000) };
    const kept = current() !== undefined;
    log.warn(
      fields,
      kept ? "secrets can't be refreshed; the last ones stay in use" : "secrets can't be read",
    );
  }

  function headers(): HeaderList | Promise<HeaderList> {
    const now = current();
    if (now !== undefined) return now.list;
    if (wanted().length === 0) return none;
    const recent = failure?.wanted === wanted() && clock() - failure.at < pauseMs;
    if (recent && failure !== undefined && reading === undefined) return Promise.reject(failure.error);
    return readFor(wanted());
  }

  async function readFor(list: Wanted): Promise<HeaderList> {
    const found = await read();
    // The read in progress may have been for older declarations.
    return found.wanted === list ? found.list : (await read()).list;
  }

  async function renewed(used: HeaderList): Promise<HeaderList | undefined> {
    if (wanted().length === 0) return undefined;
    if (reading === undefined && isDeepStrictEqual(current()?.list, used)) {
      if (clock() - demandedAt < pauseMs) return undefined;
      demandedAt = clock();
      await read().catch(() => {});
    } else {
      await reading?.catch(() => {});
    }
    const now = current()?.list;
    return now === undefined || isDeepStrictEqual(now, used) ? undefined : now;
  }

  return {
    credentials: {
      headers,
      renewed,
      close() {
        closed = true;
        clearTimeout(timer);
        held = undefined;
      },
    },
    status: () =>
      wanted().length === 0 ? undefined : { server, errors, age: Math.max(0, clock() - readAt) / 1000 },
  };
}

/** The source has no such secret. */
class Missing extends Error {}

/** @throws Missing whose message is a clause. */
function headersOf(
  wanted: Wanted,
  answers: ReadonlyMap<string, SecretAnswer>,
): { headers: HeaderList; values: string[]; lease: number } {
  const headers: string[] = [];
  const values: string[] = [];
  let lease = Number.POSITIVE_INFINITY;
  for (const [name, definition] of wanted) {
    const answer = answers.get(definition.reference);
    if (answer === undefined) throw new Missing(`the secret ${definition.reference} was not read`);
    if ('missing' in answer) throw new Missing(answer.missing);
    const header = headerValue(definition, answer.value);
    if ('unfit' in header) throw new Missing(header.unfit);
    headers.push(name, header.value);
    values.push(answer.value, header.value);
    lease = Math.min(lease, answer.lease ?? Number.POSITIVE_INFINITY);
  }
  return { headers, values, lease };
}

/** A character that undici refuses in a header: anything but visible Latin-1, blanks and tabs. */
const unfit = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The value of a header that carries a secret, or why it can't be one: a clause that does not quote it.
 *
 * @example
 * headerValue({ reference: 'mcp/docs#token', delivery: 'header', template: 'Bearer ${secret}' }, 'abc');
 * // { value: 'Bearer abc' }
 */
function headerValue(
  { reference, template = secretPlaceholder }: SecretDefinition,
  secret: string,
): { readonly value: string } | { readonly unfit: string } {
  if (secret === '') return { unfit: `the secret ${reference} is empty; store its value` };
  if (/[\r\n]/.test(secret)) {
    return {
      unfit: `the secret ${reference} contains a line break, which no header may contain; store it without one`,
    };
  }
  if (unfit.test(secret) || unfit.test(template)) {
    return {
      unfit: `the header for the secret ${reference} has characters that no header may contain; store it as plain text`,
    };
  }
  // A function, since `$&` in a replacement would mean something else than itself.
  return { value: template.replaceAll(secretPlaceholder, () => secret).trim() };
}
