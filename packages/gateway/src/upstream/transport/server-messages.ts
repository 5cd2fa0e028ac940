import { isRecord } from '@lockstep/model/internal';
import { version } from '../../kernel/version.ts';
import { metaKey, modernVersion } from '../../protocol/era.ts';
import type { UpstreamAnswer } from './transport.ts';

/** How the gateway introduces itself to servers. */
export const clientInfo = { name: 'lockstep', version };

/** The envelope of every modern request. It declares no capability, so servers may ask the gateway nothing. */
const envelope = {
  [metaKey.version]: modernVersion,
  [metaKey.clientInfo]: clientInfo,
  [metaKey.clientCapabilities]: {},
};

/** The caller's `progressToken`, if it sent one. */
export function progressTokenOf(params: Readonly<Record<string, unknown>>): unknown {
  return isRecord(params._meta) ? params._meta.progressToken : undefined;
}

/**
 * Makes the outgoing `params`: with the era's envelope, and with `token` in place of the caller's progress token, since
 * two callers that share a transport may have chosen the same one.
 */
export function outgoingParams(
  params: Readonly<Record<string, unknown>>,
  era: 'legacy' | 'modern',
  token: number | undefined,
): Readonly<Record<string, unknown>> {
  if (era === 'legacy' && token === undefined) return params;
  return {
    ...params,
    _meta: {
      ...(isRecord(params._meta) && params._meta),
      ...(era === 'modern' && envelope),
      ...(token !== undefined && { progressToken: token }),
    },
  };
}

/** Reads a JSON-RPC answer; undefined if it isn't one. */
export function readAnswer(message: Readonly<Record<string, unknown>>): UpstreamAnswer | undefined {
  const { result, error } = message;
  if (isRecord(result)) return { result };
  if (!isRecord(error) || typeof error.code !== 'number') return undefined;
  const text = typeof error.message === 'string' ? error.message : 'the server gave no message';
  return {
    error: { code: error.code, message: text, ...(error.data !== undefined && { data: error.data }) },
  };
}

/** Whether this is a notice, of either era, that a server's offer has changed. */
export function isListChange(method: unknown): boolean {
  return typeof method === 'string' && /^notifications\/\w+\/list_changed$/.test(method);
}

/** Asks a modern server to report changes of its lists; older servers report them unasked. */
export const listenMessage = {
  method: 'subscriptions/listen',
  params: outgoingParams(
    { notifications: { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true } },
    'modern',
    undefined,
  ),
};
