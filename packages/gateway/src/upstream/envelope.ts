import { isRecord } from '@lockstep/model/internal';
import { metaKey, modernVersion } from '../protocol/era.ts';
import { clientInfo } from './client-info.ts';

/** What every modern request carries. No capability is declared: servers may ask the gateway nothing. */
const envelope = {
  [metaKey.version]: modernVersion,
  [metaKey.clientInfo]: clientInfo,
  [metaKey.clientCapabilities]: {},
};

/** The caller's `progressToken`, when it sent one. */
export function progressTokenOf(params: Readonly<Record<string, unknown>>): unknown {
  return isRecord(params._meta) ? params._meta.progressToken : undefined;
}

/**
 * The `params` that go out: with the era's envelope, and with `token` in place of the caller's progress token,
 * since two callers who share a conversation may have chosen the same one.
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
