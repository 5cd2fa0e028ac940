import { hash, randomBytes } from 'node:crypto';

/** The token that a request was signed in with, and when it expires. */
export interface Credential {
  readonly tokenId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A new secret: `lks_` and 32 random bytes. The prefix lets secret scanners find leaked ones. */
export function makeSecret(): string {
  return `lks_${randomBytes(32).toString('base64url')}`;
}

/** A new public name for a token. */
export function makeTokenId(): string {
  return `tok_${randomBytes(9).toString('base64url')}`;
}

/** Hashes a secret for storage. Secrets are long and random, so nobody can guess them from a plain hash. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}

/**
 * The form in which owners are compared: `Anna@Example.com` and `anna@example.com` are one human. So nobody can count
 * as two people by spelling a name differently.
 */
export function ownerKey(owner: string): string {
  return owner.normalize('NFKC').trim().toLowerCase();
}
