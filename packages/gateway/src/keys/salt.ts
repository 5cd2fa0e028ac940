import { createHmac, randomUUID } from 'node:crypto';
import type { RootKey } from './root-key.ts';

/** A salt, and what to keep of it: without the root key nobody can tell the one from the other. */
export interface Salt {
  readonly salt: string;
  /** `keyId.nonce`. */
  readonly sealed: string;
}

/**
 * Makes a salt for one commitment. It is derived from a nonce and not encrypted, which keeps it as secret and costs a
 * fifth: one is made on every call.
 */
export function newSalt(root: RootKey): Salt {
  const nonce = randomUUID();
  return { salt: saltOf(root, nonce), sealed: `${root.id}.${nonce}` };
}

/**
 * The salt behind {@link Salt.sealed}, by whichever of the keys made it.
 *
 * @throws Error when none of them did.
 */
export function openSalt(roots: readonly RootKey[], sealed: string): string {
  const dot = sealed.indexOf('.');
  const id = sealed.slice(0, Math.max(0, dot));
  const root = roots.find((candidate) => candidate.id === id);
  if (root === undefined) {
    throw new Error(`The salts of key ${id} can't be opened without it; restore that key beside root.key.`);
  }
  return saltOf(root, sealed.slice(dot + 1));
}

function saltOf(root: RootKey, nonce: string): string {
  return createHmac('sha256', root.derive('salt')).update(nonce).digest('base64url');
}
