import { hkdfSync, randomBytes } from 'node:crypto';
import type { RootKey } from './root-key.ts';

/** A salt, and what to keep of it: without the root key nobody can tell the one from the other. */
export interface Salt {
  readonly salt: string;
  /** `keyId.nonce.number`. */
  readonly sealed: string;
}

/** Bytes of a salt, and the most salts that one run of HKDF-SHA256 yields. Source: RFC 5869, section 2.3. */
const saltLength = 32;
const saltsPerBlock = 255;

/**
 * Makes the salts of commitments, one on every call. They are derived from a nonce and not encrypted, which keeps
 * them as secret, and a block of them at once, since one by one they would cost more than all that they protect.
 */
export function saltMaker(root: RootKey): () => Salt {
  let nonce = '';
  let block: Buffer = Buffer.alloc(0);
  let next = saltsPerBlock;
  return () => {
    if (next === saltsPerBlock) {
      nonce = randomBytes(16).toString('base64url');
      block = saltBlock(root, nonce);
      next = 0;
    }
    const number = next++;
    return { salt: saltAt(block, number), sealed: `${root.id}.${nonce}.${number}` };
  };
}

/**
 * The salt behind {@link Salt.sealed}, by whichever of the keys made it.
 *
 * @throws Error when none of them did.
 */
export function openSalt(roots: readonly RootKey[], sealed: string): string {
  const [id = '', nonce = '', number] = sealed.split('.');
  const root = roots.find((candidate) => candidate.id === id);
  if (root === undefined) {
    throw new Error(`The salts of key ${id} can't be opened without it; restore that key beside root.key.`);
  }
  return saltAt(saltBlock(root, nonce), Number(number));
}

function saltBlock(root: RootKey, nonce: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root.derive('salt'), nonce, 'salts', saltLength * saltsPerBlock));
}

function saltAt(block: Buffer, number: number): string {
  return block.toString('base64url', number * saltLength, (number + 1) * saltLength);
}
