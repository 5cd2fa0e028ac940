import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { isRecord } from '@lockstep/model/internal';

/** The header that carries the isolation key of a request to a bridge; in lower case, as Node gives it. */
export const isolationHeader = 'lockstep-isolation';

/** Seconds by which the clocks of gateway and bridge may differ, in either direction. */
export const signatureWindow = 60;

const version = 'v1';
const form = /^v1\.([\w-]*)\.(\d{1,12})\.([0-9a-f]{64})$/;

/** The meaning of a header. */
type Isolation =
  | {
      /** The isolation key: whose process the request is for. */
      readonly key: string;
      /** Different for every two requests, unless one repeats the other. */
      readonly signature: string;
    }
  | {
      /** Why the request is refused: a clause. */
      readonly refused: string;
    };

/**
 * The part of a request that is signed. This is the body or, if there is none, the method and session, so nobody can
 * turn one request without a body into another.
 */
export function signedContent(method: string, session: string | undefined, body: string): string {
  return method === 'POST' ? body : `${method} ${session ?? ''}`;
}

/**
 * Signs an isolation key for one request: `v1.<base64url of the key>.<seconds>.<hex HMAC-SHA256>`. The HMAC covers
 * everything before it and the SHA-256 of the content.
 *
 * @param secret 32 bytes that the gateway and its bridges share.
 * @param now Unix time in seconds.
 * @throws Error for a key that isn't well-formed Unicode, since two such keys could be written alike.
 */
export function signIsolation(secret: Uint8Array, key: string, content: string, now: number): string {
  if (!key.isWellFormed()) throw new Error("an isolation key has half a surrogate pair and can't be signed");
  const claim = `${version}.${Buffer.from(key).toString('base64url')}.${Math.floor(now)}`;
  return `${claim}.${macOf(secret, claim, content)}`;
}

/**
 * Reads the header of {@link signIsolation}, in the same time whatever is wrong with the signature.
 *
 * @param content the bytes as they arrived, see {@link signedContent}.
 */
export function verifyIsolation(
  secret: Uint8Array,
  header: string | readonly string[] | undefined,
  content: string | Uint8Array,
  now: number,
): Isolation {
  const claimed = readClaim(header, now);
  if ('refused' in claimed) return claimed;
  const { claim, key, mac } = claimed;
  if (!timingSafeEqual(Buffer.from(macOf(secret, claim, content)), Buffer.from(mac))) {
    return { refused: 'its signature does not match this key and this request' };
  }
  return { key, signature: mac };
}

/** Reads what a header claims, before it is verified: enough to refuse most bad requests without their body. */
export function readClaim(
  header: string | readonly string[] | undefined,
  now: number,
): { readonly claim: string; readonly key: string; readonly mac: string } | { readonly refused: string } {
  if (header === undefined) return { refused: 'it has no signature' };
  const [, encoded, seconds, mac] = (typeof header === 'string' && form.exec(header)) || [];
  if (encoded === undefined || seconds === undefined || mac === undefined) {
    return { refused: 'its signature is malformed' };
  }
  const age = now - Number(seconds);
  if (Math.abs(age) > signatureWindow) {
    return {
      refused: `its signature is ${Math.round(Math.abs(age))} s ${age > 0 ? 'old' : 'ahead'}; the clocks of gateway and bridge may differ by ${signatureWindow} s`,
    };
  }
  return {
    claim: `${version}.${encoded}.${seconds}`,
    key: Buffer.from(encoded, 'base64url').toString(),
    mac,
  };
}

function macOf(secret: Uint8Array, claim: string, content: string | Uint8Array): string {
  return createHmac('sha256', secret)
    .update(`${claim}.${hash('sha256', content)}`)
    .digest('hex');
}

const method = 'notifications/lockstep/ended';

/** Tells the gateway that the process of a session ended by itself; `reason` is a clause. */
export function endedNotice(reason: string): { method: string; params: { reason: string } } {
  return { method, params: { reason } };
}

/** The reason in an {@link endedNotice}; undefined for any other message. */
export function readEnded(message: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (message?.method !== method || !isRecord(message.params)) return undefined;
  const { reason } = message.params;
  return typeof reason === 'string' ? reason : undefined;
}

/** The isolation key of the session that watches a server whose calls don't all share one process. */
export const watchKey = 'lockstep:watch';
/** The isolation key of a server whose calls all share one process. */
export const sharedKey = 'shared';
