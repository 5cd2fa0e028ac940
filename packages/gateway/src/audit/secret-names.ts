/** A name that holds one of these, without case and separators, names a secret. */
const telling = [
  'accesskey',
  'apikey',
  'authorization',
  'connectionstring',
  'cookie',
  'credential',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'secret',
  'signingkey',
  'token',
];

/** As a whole, these do too; as a part of a longer name they mean something else. */
const tellingAlone = new Set(['auth', 'bearer', 'jwt', 'otp', 'pass', 'passcode', 'pwd']);

const known = new Map<string, boolean>();
const mostKnown = 10_000;

/** Whether a key, header or variable of this name is likely to hold a secret: `api_key`, `X-Auth-Token`, `dbPassword`. */
export function looksSecret(name: string): boolean {
  const found = known.get(name);
  if (found !== undefined) return found;
  const plain = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const secret = tellingAlone.has(plain) || telling.some((word) => plain.includes(word));
  if (known.size >= mostKnown) known.clear();
  known.set(name, secret);
  return secret;
}

/** Whether `value`, under a name that looks secret, only counts: `max_tokens: 4096`. */
export function onlyCounts(name: string, value: unknown): boolean {
  return typeof value === 'number' && /tokens$/i.test(name);
}
