import type { IncomingHttpHeaders } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import type { Dispatcher } from 'undici';
import type { CallSignal } from '../../kernel/call-signal.ts';
import type { HeaderList } from '../../protocol/mcp-headers.ts';
import { cancelled, SessionOver, UpstreamError } from '../transport/transport.ts';

/** Milliseconds that a stream gets to end after its answer, so that its connection can be used again. */
const maxFarewellMs = 1000;

/** The server that requests go to. */
interface DispatchTarget {
  readonly dispatcher: Dispatcher;
  readonly path: string;
  /** Most bytes of a response. */
  readonly maxBytes: number;
}

export interface DispatchOptions {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly body?: string;
  readonly signal: CallSignal;
  /** Seconds for request and response together; infinite for streams that stay open. */
  readonly timeoutSeconds: number;
  /** Called with each event of a stream; returns true if it was the awaited one. */
  readonly onEvent?: (event: EventSourceMessage) => boolean;
  /** Called with the milliseconds that a stream wants the client to wait before it resumes. */
  readonly onRetry?: (milliseconds: number) => void;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body; empty for a stream, whose events were passed on as they came. */
  readonly text: string;
  readonly streamed: boolean;
}

/**
 * Sends one HTTP request and reads its response, without retries or redirects.
 *
 * @throws UpstreamError
 */
export function dispatch(
  { dispatcher, path, maxBytes }: DispatchTarget,
  headers: HeaderList,
  options: DispatchOptions,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) throw cancelled(false);
    const { method, body = null } = options;
    const request = { path, method, headers: headers as string[], body };
    dispatcher.dispatch(request, new Dispatch(options, maxBytes, resolve, reject));
  });
}

/** undici's handler. It is a class because every call makes one, and five closures each would cost more. */
class Dispatch implements Dispatcher.DispatchHandler {
  readonly #options: DispatchOptions;
  readonly #maxBytes: number;
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (error: UpstreamError) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = () => this.#giveUp(cancelled(this.#isSent()));
  #controller: Dispatcher.DispatchController | undefined;
  /** Why the request was given up, before undici reports its end. */
  #verdict: UpstreamError | undefined;
  #settled = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #events: { parser: EventSourceParser; decoder: StringDecoder } | undefined;

  constructor(
    options: DispatchOptions,
    maxBytes: number,
    resolve: (reply: HttpReply) => void,
    reject: (error: UpstreamError) => void,
  ) {
    this.#options = options;
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    const { timeoutSeconds } = options;
    if (Number.isFinite(timeoutSeconds))
      this.#timer = setTimeout(() => this.#onTimeout(), timeoutSeconds * 1000);
    options.signal.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection, so nothing has been written yet.
    if (this.#verdict !== undefined) controller.abort(this.#verdict);
  }

  onResponseStart(_controller: unknown, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (this.#options.onEvent === undefined || !isStream(headers)) return;
    this.#events = {
      decoder: new StringDecoder(),
      parser: createParser({
        maxBufferSize: this.#maxBytes,
        onEvent: (event) => this.#onEvent(event),
        onRetry: this.#options.onRetry,
      }),
    };
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#settled) return;
    // A stream that stays open may bring any number of events; its parser limits the size of each.
    const isOpenStream = this.#events !== undefined && !Number.isFinite(this.#options.timeoutSeconds);
    if (this.#bytes > this.#maxBytes && !isOpenStream) {
      const message = `its answer is over the limit of ${this.#maxBytes} bytes`;
      this.#giveUp(new UpstreamError('too large', message, this.#isSent()));
    } else if (this.#events === undefined) {
      this.#chunks.push(chunk);
    } else {
      this.#events.parser.feed(this.#events.decoder.write(chunk));
    }
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#settle()) this.#reject(this.#verdict ?? failureOf(error, this.#isSent()));
  }

  #onTimeout(): void {
    const message = `it gave no answer within ${this.#options.timeoutSeconds} s`;
    this.#giveUp(new UpstreamError('timeout', message, this.#isSent()));
  }

  #onEvent(event: EventSourceMessage): void {
    if (this.#settled || this.#options.onEvent?.(event) !== true) return;
    this.#finish();
    setTimeout(
      () => this.#controller?.abort(new Error('the stream goes on after its answer')),
      maxFarewellMs,
    ).unref();
  }

  /** Whether the request has been sent; before that it waits for a connection. */
  #isSent(): boolean {
    return this.#controller !== undefined;
  }

  #giveUp(verdict: UpstreamError): void {
    this.#verdict = verdict;
    if (this.#settle()) this.#reject(verdict);
    this.#controller?.abort(verdict);
  }

  #finish(): void {
    if (!this.#settle()) return;
    const [first] = this.#chunks;
    const whole = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#bytes) : first;
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      text: whole === undefined ? '' : whole.toString('utf8'),
      streamed: this.#events !== undefined,
    });
  }

  /** Whether this is the first end; later ends are ignored. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

function isStream(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true;
}

/** The meaning of error codes of Node and undici, as clauses. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be looked up',
  EHOSTUNREACH: "its host can't be reached",
  ENETUNREACH: "its network can't be reached",
  UND_ERR_CONNECT_TIMEOUT: 'it accepts no connections',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  EPIPE: 'it closed the connection',
};

/**
 * Turns a failed connection into an error. If it failed before the request was written, the server can't have acted;
 * after that, nobody knows.
 */
function failureOf(error: Error, written: boolean): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const cause = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const meaning = meanings[code] ?? `the connection failed: ${cause.message}`;
  return written ? new UpstreamError('lost', meaning, true) : new SessionOver(meaning, false);
}
