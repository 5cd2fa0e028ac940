import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { Agent } from 'undici';
import { createRedaction, excerpt } from '../kernel/redaction.ts';
import { requestVault, VaultError, type VaultReply, type VaultRequest } from './vault-request.ts';

/** How a Vault server is reached. */
export interface VaultServerOptions {
  /** `https://vault.example.com:8200`. */
  readonly address: string;
  /** Of Vault Enterprise or HCP. Default: none. */
  readonly namespace?: string | undefined;
  /** PEM of the authority that signed its certificate. Default: those that Node knows. */
  readonly ca?: string | undefined;
  /** Milliseconds before the first repetition, doubled each time and spread. Default: 250. */
  readonly firstPause?: number;
}

/** A Vault server, asked again where it can't answer at once. */
export interface VaultServer {
  readonly address: string;
  /** Answers 2xx, 400, 403 and 404. @throws VaultError for everything else, after some repetitions. */
  send(request: VaultRequest): Promise<VaultReply>;
  /** Ends requests under way. */
  close(): Promise<void>;
}

/** Repetitions of a request that Vault could not answer. */
const retries = 3;
/** Milliseconds of the longest pause between them. */
const maxPauseMs = 5000;
/** Seconds for which Vault may ask to be left alone, before that counts as being away. */
const maxAskedSeconds = 10;

/** Opens no connection before the first request. */
export function connectVault(options: VaultServerOptions): VaultServer {
  const { address, namespace, ca, firstPause = 250 } = options;
  const closing = new AbortController();
  const dispatcher = new Agent({
    connect: { timeout: 5000, ...(ca !== undefined && { ca }) },
    connections: 4,
    keepAliveTimeout: 30_000,
  });
  const connection = { address, namespace, dispatcher, closed: closing.signal };
  return {
    address,
    send: (request) =>
      pRetry(() => requestVault(connection, request), {
        retries,
        minTimeout: firstPause,
        maxTimeout: maxPauseMs,
        randomize: true,
        signal: closing.signal,
        async onFailedAttempt({ error, retriesLeft }) {
          const wait = error instanceof VaultError ? error.retryAfter : 0;
          if (closing.signal.aborted || wait > maxAskedSeconds) throw error;
          if (wait > 0 && retriesLeft > 0)
            await sleep(wait * 1000, undefined, { signal: closing.signal, ref: false });
        },
        shouldRetry: ({ error }) => error instanceof VaultError,
      }),
    async close() {
      closing.abort(new VaultError('away', `the gateway no longer uses Vault at ${address}`));
      await dispatcher.destroy();
    },
  };
}

/** What Vault says about a refusal, in brackets, without what it was sent; nothing where it says nothing. */
export function wordsOf({ body }: VaultReply, sent: readonly string[]): string {
  const errors = Array.isArray(body.errors) ? body.errors.filter((error) => typeof error === 'string') : [];
  const text = createRedaction(sent).redact(errors.join(', ').replaceAll(/\s+/g, ' '));
  return text === '' ? '' : ` (${excerpt(text, 200)})`;
}
