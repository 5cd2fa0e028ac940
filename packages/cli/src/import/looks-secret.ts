import { findSecrets, mayBeSecret } from '@lockstep/model/secret-detector';

/**
 * Whether a value looks like a secret, by the name that it goes under or by its own shape. It errs on the side of
 * secrets: a value left out is typed again, one that is written into a program is in Git for good.
 */
export function looksSecret(name: string, value: string): boolean {
  return mayBeSecret(name, value) || findSecrets(value).length > 0;
}

/** What a value stands for that an editor fills in: `${input:token}`, `${env:TOKEN}`, `${TOKEN}`, `$TOKEN`. */
export function isReference(value: string): boolean {
  return /\$\{[^}]+\}|^\$[A-Za-z_]\w*$/.test(value);
}
