import { isPlaceholder } from './placeholder.ts';

/** Words that make a name a secret's name, wherever they are in it. Names are compared as lower-case letters only. */
const anywhere =
  'accesskey|accountkey|apikey|apitoken|authkey|authorization|clientkey|connectionstring|connstring|cookie|credential|' +
  'encryptionkey|masterkey|passcode|passphrase|passwd|password|privatekey|secretkey|secret|servicekey|sharedkey|' +
  'signingkey|subscriptionkey|token';

/** Endings after which the word before isn't the secret: `tokenCount`, `password_policy`, `secretary`. */
const aboutOne =
  'address|age|algorithm|amount|arn|ary|ariat|audience|balance|banner|budget|class|consent|count|counts|dir|enabled|' +
  'endpoint|env|expiration|expires|expiresat|expiresin|expiry|field|fields|file|filename|format|header|helper|hint|id|' +
  'ids|index|ing|issuer|ization|ize|ized|izer|keyname|keyref|kind|label|len|length|less|level|lifetime|limit|limits|' +
  'location|manager|method|mode|name|names|path|paths|pattern|policies|policy|prefix|price|provider|ref|reference|' +
  'references|refs|regex|required|rules|scope|scopes|server|size|source|state|status|store|strength|supply|symbol|ttl|' +
  'type|types|uri|uris|url|urls|usage|used|var|version';

const holdsSecretWord = new RegExp(`(?:${anywhere})(?!s?(?:${aboutOne})$)|(?:secret|accesskey)id$`);

/** Words that keep their meaning before `file` or `header`, because what is named so is often the secret itself. */
const holdsSecretThing =
  /(?:authorization|cookie|passwd|password|credential)s?(?:header|hint|fields?|files?)$/;

const countsTokens =
  /(?:max|min|num|total|prompt|completion|input|output|used|cached|reasoning|thinking|remaining|estimated|budget)[a-z]{0,40}tokens?$/;

/** `hasPassword`, `REQUIRE_TOKEN`: a yes or no about a secret. */
const isQuestion =
  /^(?:is|has|needs?|requires?|no|without|should|can|skip|show|hide|enable|disable|allow)(?:[A-Z]|[^A-Za-z])|^(?:IS|HAS|NEEDS?|REQUIRES?|NO|WITHOUT|SKIP|SHOW|HIDE|ENABLE|DISABLE|ALLOW)[^A-Za-z]/;

/** Words that count only at the end of a name, as separate words: `SMTP_PASS`, `githubPat`, `X-Auth`. */
const lastWords = ['auth', 'bearer', 'creds', 'dsn', 'jwt', 'otp', 'pass', 'pat', 'pw', 'pwd', 'totp'];

/** Under names with these words, an opaque value is likely a secret, and a readable one isn't. */
const suggestiveWords = ['key', 'session', 'sid', 'sig', 'signature'];

const endsInSecretWord = endingIn(lastWords);
const endsInSuggestiveWord = endingIn(suggestiveWords);

function endingIn(words: readonly string[]): RegExp {
  const forms = words.flatMap((word) => [word, word.toUpperCase(), capitalised(word)]);
  const capitals = words.flatMap((word) => [word.toUpperCase(), capitalised(word)]);
  return new RegExp(
    `(?:(?:^|[^A-Za-z])(?:${forms.join('|')})|[a-z0-9](?:${capitals.join('|')}))[^A-Za-z]{0,8}$`,
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** How many characters are looked at from each end of a name. */
const maxName = 128;

const known = new Map<string, boolean>();
const maxKnown = 10_000;

/**
 * Whether a key, header, variable or flag with this name is likely to hold a secret. Case doesn't matter. If in doubt,
 * it does.
 *
 * @example
 * isSecretName('dbPassword'); // true
 * isSecretName('X-Api-Key'); // true
 * isSecretName('tokenCount'); // false
 */
export function isSecretName(name: string): boolean {
  if (name.length > maxName) return judge(name.slice(-maxName)) || judge(name.slice(0, maxName));
  const found = known.get(name);
  if (found !== undefined) return found;
  const secret = judge(name);
  if (known.size >= maxKnown) known.clear();
  known.set(name, secret);
  return secret;
}

function judge(given: string): boolean {
  // Letters of other widths and old forms read like ASCII letters.
  const name = isAscii.test(given) ? given : given.normalize('NFKC');
  return !isQuestion.test(name) && isSecretSubject(name);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const isAscii = /^[\u0000-\u007f]*$/;

function isSecretSubject(name: string): boolean {
  const letters = name.toLowerCase().replace(/[^a-z]+/g, '');
  if (countsTokens.test(letters)) return false;
  return holdsSecretWord.test(letters) || holdsSecretThing.test(letters) || endsInSecretWord.test(name);
}

/**
 * Whether the value of `name` is a secret because of its name; `findSecrets` judges by the text itself. A number of
 * tokens isn't a secret, and a name such as `key` counts only together with an opaque value.
 *
 * @example
 * isSecretField('password', 'hunter2'); // true
 * isSecretField('key', 'users/1'); // false
 */
export function isSecretField(name: string, value: unknown): boolean {
  if (isSecretName(name)) return typeof value !== 'number' || !/tokens$/i.test(name);
  if (typeof value !== 'string') return false;
  // If the value isn't a yes or no, the name isn't a question.
  if (isQuestion.test(name) && value !== '' && !isPlaceholder(value)) return isSecretSubject(name);
  return value.length >= 32 && isOpaque(value) && endsInSuggestiveWord.test(name);
}

/** A name that contains such a word may well be a secret's. */
const suggestiveWord =
  /(?:^|[^a-z])(?:key|session|sid|sig|signature|auth|cred|pass|pwd|pw|pin|seed|license|licence)s?(?:$|[^a-z])/i;

/** Keys as generators write them: hexadecimal digits, a UUID. */
const generated = /^(?:[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * Whether a value that somebody typed into a program or a configuration may be a secret: by its name, judged more
 * loosely than in {@link isSecretField}, or by its own shape. If in doubt, it may be.
 *
 * @example
 * mayBeSecret('MAPS_KEY', 'deadbeefdeadbeefdeadbeefdeadbeef'); // true
 */
export function mayBeSecret(name: string, value: string): boolean {
  if (value === '') return false;
  if (isSecretField(name, value) || isOpaque(value) || generated.test(value)) return true;
  if (/^bearer\s+\S/i.test(value)) return true;
  return suggestiveWord.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2'));
}

/** The longest text that can be opaque. */
const maxOpaque = 4096;

/** Whether a text is one long run of mixed characters, as a key generator makes it, and not a path or a digest. */
export function isOpaque(text: string): boolean {
  if (text.length < 32 || text.length > maxOpaque) return false;
  return /^[A-Za-z0-9+/_=-]+$/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
}
