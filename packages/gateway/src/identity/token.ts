import { hash, randomBytes } from 'node:crypto';

/** What a request was signed in with, and until when. */
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

/** What is stored of a secret. It is random and long, so that a plain hash can't be guessed back. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}

/**
 * What owners are compared by: `Anna@Example.com` and `anna@example.com` are one human, so that nobody becomes two by
 * their spelling.
 */
export function ownerKey(owner: string): string {
  return owner.normalize('NFKC').trim().toLowerCase();
}
