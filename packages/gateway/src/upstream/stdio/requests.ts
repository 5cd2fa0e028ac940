import { isRecord } from '@lockstep/model/internal';
import { outgoingParams, progressTokenOf, readAnswer } from '../transport/server-messages.ts';
import {
  cancelled,
  type RequestOptions,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from '../transport/transport.ts';

/** The SDK's client uses ids from 0 on the same pipe; these ids never collide with them. */
const firstId = 1000;

interface Waiting {
  readonly onNotification: RequestOptions['onNotification'];
  /** The caller's own token, which is put back into notifications. */
  readonly progressToken: unknown;
  readonly settle: (outcome: UpstreamAnswer | UpstreamError) => void;
}

/** The requests in flight on one pipe. */
export interface Requests {
  /** @throws UpstreamError */
  send(message: UpstreamRequest, options: RequestOptions): Promise<UpstreamAnswer>;
  /** Takes an incoming message if it belongs to one of these requests; otherwise returns false. */
  take(message: Readonly<Record<string, unknown>>): boolean;
  /** Fails one request if it is still in flight. */
  fail(id: unknown, error: UpstreamError): void;
  failAll(error: UpstreamError): void;
}

/**
 * Tracks requests by id. They bypass the SDK's client, which would check results against its own schemas and drop
 * what it doesn't know.
 */
export function trackRequests(era: 'legacy' | 'modern', write: (message: object) => void): Requests {
  const waiting = new Map<unknown, Waiting>();
  let nextId = firstId;

  const send = (message: UpstreamRequest, options: RequestOptions) =>
    new Promise<UpstreamAnswer>((resolve, reject) => {
      const { signal, timeoutSeconds, onNotification } = options;
      if (signal.aborted) throw cancelled(false);
      const id = nextId;
      nextId += 1;
      const settle = (outcome: UpstreamAnswer | UpstreamError) => {
        waiting.delete(id);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        if (outcome instanceof UpstreamError) reject(outcome);
        else resolve(outcome);
      };
      const giveUp = (error: UpstreamError) => {
        settle(error);
        const params = outgoingParams({ requestId: id, reason: error.message }, era, undefined);
        write({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
      };
      const onAbort = () => giveUp(cancelled(true));
      const onTimeout = () =>
        giveUp(new UpstreamError('timeout', `it gave no answer within ${timeoutSeconds} s`, true));
      const timer = setTimeout(onTimeout, timeoutSeconds * 1000);
      signal.addEventListener('abort', onAbort);

      const progressToken = progressTokenOf(message.params);
      waiting.set(id, { onNotification, progressToken, settle });
      const params = outgoingParams(message.params, era, progressToken === undefined ? undefined : id);
      write({ jsonrpc: '2.0', id, method: message.method, params });
    });

  const take = (message: Readonly<Record<string, unknown>>) => {
    if (message.method === 'notifications/progress') return takeProgress(message.params);
    const request = message.method === undefined ? waiting.get(message.id) : undefined;
    if (request === undefined) return false;
    request.settle(
      readAnswer(message) ??
        new UpstreamError('invalid', 'its answer is neither a result nor an error', true),
    );
    return true;
  };

  const takeProgress = (params: unknown) => {
    const request = isRecord(params) ? waiting.get(params.progressToken) : undefined;
    if (!isRecord(params) || request?.progressToken === undefined) return false;
    request.onNotification?.({
      method: 'notifications/progress',
      params: { ...params, progressToken: request.progressToken },
    });
    return true;
  };

  return {
    send,
    take,
    fail: (id, error) => waiting.get(id)?.settle(error),
    failAll: (error) => {
      for (const request of [...waiting.values()]) request.settle(error);
    },
  };
}
