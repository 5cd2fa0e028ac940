import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { isRecord } from '@lockstep/model/internal';

/** Carries the isolation key of a request to a bridge, in lower case as Node gives it. */
export const isolationHeader = 'lockstep-isolation';

/** Seconds by which the clocks of gateway and bridge may differ, either way. */
export const signatureWindow = 60;

const version = 'v1';
const form = /^v1\.([\w-]*)\.(\d{1,12})\.([0-9a-f]{64})$/;

/** What a header was found to say. */
type Isolation =
  | {
      /** Whose process the request is for. */
      readonly key: string;
      /** The same for no two requests, unless one repeats the other. */
      readonly signature: string;
    }
  | {
      /** Why nothing may be done for it: a clause. */
      readonly refused: string;
    };

/**
 * What of a request is signed: the body, or where there is none what it asks for, so that one without a body can't be
 * turned into another.
 */
export function signedContent(method: string, session: string | undefined, body: string): string {
  return method === 'POST' ? body : `${method} ${session ?? ''}`;
}

/**
 * Signs an isolation key for one request: `v1.<base64url of the key>.<seconds>.<hex HMAC-SHA256>`. The HMAC is over
 * what stands before it and the SHA-256 of the content.
 *
 * @param secret 32 bytes that the gateway and its bridges share.
 * @param now Unix time in seconds.
 * @throws Error for a key that isn't Unicode: two of those could be written alike.
 */
export function signIsolation(secret: Uint8Array, key: string, content: string, now: number): string {
  if (!key.isWellFormed()) throw new Error("an isolation key has half a surrogate pair and can't be signed");
  const claim = `${version}.${Buffer.from(key).toString('base64url')}.${Math.floor(now)}`;
  return `${claim}.${macOf(secret, claim, content)}`;
}

/**
 * Reads the header of {@link signIsolation}. Takes the same time whatever is wrong with the signature.
 *
 * @param content the bytes as they came, see {@link signedContent}.
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
    return { refused: 'its signature is not that of this key and this request' };
  }
  return { key, signature: mac };
}

/** What a header claims, before it is known to be true: enough to refuse most others without reading their body. */
export function readClaim(
  header: string | readonly string[] | undefined,
  now: number,
): { readonly claim: string; readonly key: string; readonly mac: string } | { readonly refused: string } {
  if (header === undefined) return { refused: 'it has no signature' };
  const [, encoded, seconds, mac] = (typeof header === 'string' && form.exec(header)) || [];
  if (encoded === undefined || seconds === undefined || mac === undefined) {
    return { refused: 'its signature has another form' };
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

/** By which a bridge tells the gateway that the process of a session ended by itself; `reason` is a clause. */
export function endedNotice(reason: string): { method: string; params: { reason: string } } {
  return { method, params: { reason } };
}

/** The reason in a notice of {@link endedNotice}; undefined for any other message. */
export function readEnded(message: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (message?.method !== method || !isRecord(message.params)) return undefined;
  const { reason } = message.params;
  return typeof reason === 'string' ? reason : undefined;
}

/** The isolation key of the session that watches over a server whose calls don't share one. */
export const watchKey = 'lockstep:watch';
/** The isolation key of a server whose calls all share one process. */
export const sharedKey = 'shared';
