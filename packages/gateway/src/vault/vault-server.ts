import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { Agent } from 'undici';
import { createRedaction, excerpt } from '../kernel/redaction.ts';
import { requestVault, VaultError, type VaultReply, type VaultRequest } from './vault-request.ts';

/** How to reach a Vault server. */
export interface VaultServerOptions {
  /** `https://vault.example.com:8200`. */
  readonly address: string;
  /** A namespace of Vault Enterprise or HCP. Default: none. */
  readonly namespace?: string | undefined;
  /** PEM of the authority that signed its certificate. Default: the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** Milliseconds before the first retry, which double each time and vary. Default: 250. */
  readonly firstPause?: number;
}

/** A Vault server. Requests are repeated if it can't answer at once. */
export interface VaultServer {
  readonly address: string;
  /** Returns 2xx, 400, 403 and 404. @throws VaultError for everything else, after a few retries. */
  send(request: VaultRequest): Promise<VaultReply>;
  /** Ends the requests in progress. */
  close(): Promise<void>;
}

/** How often a request is repeated if Vault could not answer it. */
const retries = 3;
/** The longest pause between retries, in milliseconds. */
const maxPauseMs = 5000;
/** If Vault asks to be left alone for more seconds than this, it counts as away. */
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

/** What Vault says about a refusal, in brackets, without what was sent to it; empty if it says nothing. */
export function wordsOf({ body }: VaultReply, sent: readonly string[]): string {
  const errors = Array.isArray(body.errors) ? body.errors.filter((error) => typeof error === 'string') : [];
  const text = createRedaction(sent).redact(errors.join(', ').replaceAll(/\s+/g, ' '));
  return text === '' ? '' : ` (${excerpt(text, 200)})`;
}
