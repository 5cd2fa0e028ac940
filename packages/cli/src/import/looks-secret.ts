import { findSecrets, mayBeSecret } from '@lockstep/model/secret-detector';

/**
 * Whether a value looks like a secret, by the name that it goes under or by its own shape. It errs on the side of
 * secrets: a value left out is typed again, one that is written into a program is in Git for good.
 */
export function looksSecret(name: string, value: string): boolean {
  if (mayBeSecret(name, value) || findSecrets(value).length > 0) return true;
  // `-p` and `-k` are a password and a key as often as a port.
  if (/^-[pk]$/.test(name) && !/^\d{1,5}$/.test(value)) return true;
  return URL.canParse(value) && new URL(value).pathname.split('/').some(isOpaqueSegment);
}

/** A part of a path that lets whoever knows it in: long, of letters and digits that make no words. */
function isOpaqueSegment(segment: string): boolean {
  return /^(?=.*[0-9])(?=.*[A-Za-z])[\w=~-]{24,}$/.test(segment) && !/^[a-z]+(?:-[a-z0-9]+)+$/.test(segment);
}

/** What a value stands for that an editor fills in: `${input:token}`, `${env:TOKEN}`, `${TOKEN}`, `$TOKEN`. */
export function isReference(value: string): boolean {
  return /\$\{[^}]+\}|^\$[A-Za-z_]\w*$/.test(value);
}
