import { hkdfSync, randomBytes } from 'node:crypto';
import type { RootKey } from './root-key.ts';

/** A salt, and the sealed form that is stored: only the root key leads from one to the other. */
export interface Salt {
  readonly salt: string;
  /** `keyId.nonce.number`. */
  readonly sealed: string;
}

/** Bytes of a salt; below, the most salts from one run of HKDF-SHA256. Source: RFC 5869, section 2.3. */
const saltLength = 32;
const saltsPerBlock = 255;

/**
 * Makes the salts of commitments, one for every call. A salt is derived from a nonce, which keeps it as secret as
 * encryption would. Salts are made in blocks: one at a time, they would cost more than everything they protect.
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
 * Opens {@link Salt.sealed} with whichever of the keys made it.
 *
 * @throws Error if none of them did.
 */
export function openSalt(roots: readonly RootKey[], sealed: string): string {
  const [id = '', nonce = '', number] = sealed.split('.');
  const root = roots.find((candidate) => candidate.id === id);
  if (root === undefined) {
    throw new Error(`The key ${id} that made this salt is missing; restore it beside root.key.`);
  }
  return saltAt(saltBlock(root, nonce), Number(number));
}

function saltBlock(root: RootKey, nonce: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root.derive('salt'), nonce, 'salts', saltLength * saltsPerBlock));
}

function saltAt(block: Buffer, number: number): string {
  return block.toString('base64url', number * saltLength, (number + 1) * saltLength);
}
