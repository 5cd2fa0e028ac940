import { createCipheriv, createDecipheriv, createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { RootKey } from './root-key.ts';

const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Random bytes for many nonces at once: asking the system for twelve costs as much as for thousands. */
const pool = Buffer.alloc(nonceLength * 512);
let drawn = pool.length;

function nextNonce(): Buffer {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += nonceLength;
  return pool.subarray(drawn - nonceLength, drawn);
}

/** Encrypts `text` for a purpose: `keyId.nonce.ciphertext`, the latter two base64url. */
export function seal(root: RootKey, purpose: string, text: string): string {
  const nonce = nextNonce();
  const encryption = createCipheriv(cipher, root.derive(`seal ${purpose}`), nonce);
  const body = encryption.update(text, 'utf8');
  const end = encryption.final();
  const sealed = Buffer.concat([body, end, encryption.getAuthTag()]);
  return `${root.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

/**
 * The inverse of {@link seal}, with whichever of the keys made it.
 *
 * @throws Error if none of them did, if the text was altered, or if it was sealed for another purpose.
 */
export function unseal(roots: readonly RootKey[], purpose: string, sealed: string): string {
  const [id, nonceText = '', bodyText = ''] = sealed.split('.');
  const root = roots.find((candidate) => candidate.id === id);
  if (root === undefined) {
    throw new Error(`The key ${id} that sealed this value is missing; restore it beside root.key.`);
  }
  const nonce = Buffer.from(nonceText, 'base64url');
  const body = Buffer.from(bodyText, 'base64url');
  try {
    const decryption = createDecipheriv(cipher, root.derive(`seal ${purpose}`), nonce, {
      authTagLength: tagLength,
    });
    decryption.setAuthTag(body.subarray(-tagLength));
    return decryption.update(body.subarray(0, -tagLength), undefined, 'utf8') + decryption.final('utf8');
  } catch {
    throw new Error(`A sealed value of ${purpose} was altered, or isn't one, so it can't be opened.`);
  }
}

/** Makes a keyed hash of `text` for a purpose: `keyId.hash`. */
export function mac(root: RootKey, purpose: string, text: string): string {
  const hash = createHmac('sha256', root.derive(`mac ${purpose}`))
    .update(text)
    .digest('base64url');
  return `${root.id}.${hash}`;
}

/** Whether one of the keys made this keyed hash from this text. */
export function macMatches(
  roots: readonly RootKey[],
  purpose: string,
  text: string,
  presented: string,
): boolean {
  const root = roots.find((candidate) => presented.startsWith(`${candidate.id}.`));
  if (root === undefined) return false;
  const expected = Buffer.from(mac(root, purpose, text));
  const given = Buffer.from(presented);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
