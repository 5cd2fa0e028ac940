/**
 * The environment's secrets, by purpose. Whatever is stored names the key that made it, so that keys can be
 * changed and what older ones made stays readable.
 */
export interface Keys {
  /** Encrypts `text`: `keyId.nonce.ciphertext`. */
  seal(purpose: string, text: string): string;
  /** The inverse of {@link Keys.seal}. Throws when it was altered, or its key is gone. */
  open(purpose: string, sealed: string): string;
  /** A keyed hash: `keyId.hash`. The same text gives the same one until the key changes. */
  mac(purpose: string, text: string): string;
  /** Whether `mac` was made of this text, by the current key or an older one. */
  macMatches(purpose: string, text: string, mac: string): boolean;
  /** Signs with the audit key (Ed25519, base64). */
  sign(text: string): Signature;
  /** The current audit key's public half. */
  readonly publicKeyPem: string;
  /** Those of all audit keys, current first. */
  readonly publicKeys: readonly string[];
}

export interface Signature {
  /** See `publicKeyId`. */
  readonly keyId: string;
  readonly signature: string;
}
