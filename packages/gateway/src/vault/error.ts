/**
 * `away`: it can't be told now, as when Vault is sealed, busy or out of reach. `denied`: the token may not. `missing`:
 * there is nothing there.
 */
export type VaultErrorKind = 'away' | 'denied' | 'missing';

/** What went wrong with Vault. Its message is a clause that names the server and what to do, and holds no secret. */
export class VaultError extends Error {
  readonly kind: VaultErrorKind;
  /** Seconds that Vault asks to be left alone. */
  readonly retryAfter: number;

  constructor(kind: VaultErrorKind, message: string, retryAfter = 0) {
    super(message);
    this.name = 'VaultError';
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
