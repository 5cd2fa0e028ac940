/**
 * Whether a value looks like a secret, by the name that it goes under or by its own shape. It errs on the side of
 * secrets: a value left out is typed again, one that is written into a program is in Git for good.
 */
export function looksSecret(name: string, value: string): boolean {
  if (value === '') return false;
  return (
    secretName.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2')) ||
    secretShapes.some((shape) => shape.test(value))
  );
}

const secretName =
  /(^|[^a-z])(api[_-]?key|access[_-]?key|private[_-]?key|key|token|secret|password|passwd|passphrase|pwd|pat|auth|authorization|credentials?|cookie|session|dsn|connection[_-]?string)s?($|[^a-z])/i;

const secretShapes = [
  /^(sk|pk|rk|gh[pousr]|github_pat|glpat|xox[abprs]|lks|npm|hf|AKIA|ASIA|AIza|ya29)[-_A-Za-z0-9]{8,}/,
  /^Bearer\s+\S+/i,
  /^eyJ[\w-]+\.[\w-]+\./, // a JSON web token
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /:\/\/[^/\s:@]*:[^/\s@]+@/, // a URL with a password
  /[?&](api[_-]?key|key|token|secret|sig|signature|password)=[^&]+/i,
  /^(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*\d)[A-Za-z0-9+/_=-]{32,}$/, // long and random
];

/** What a value stands for that an editor fills in: `${input:token}`, `${env:TOKEN}`, `${TOKEN}`, `$TOKEN`. */
export function isReference(value: string): boolean {
  return /\$\{[^}]+\}|^\$[A-Za-z_]\w*$/.test(value);
}
