import { isPlaceholder } from './placeholder.ts';
import { isSecretName } from './secret-name.ts';
import type { Span } from './secret-shapes.ts';

/** A name, and what separates it from its value: `token=`, `--api-key `, `"password": "`, `X-Api-Key: `. */
const assigned =
  /(?<![\w.-])(-{0,2}[A-Za-z_][\w.-]{0,63})(\\{0,3}["'])?([ \t\u00a0]{0,8}(?:=>|:=|==?|:)[ \t\u00a0]{0,8})(\\{0,3}["'`])?/g;

/** A flag whose value is the next word: `--password hunter2`. */
const flagged = /(?<![\w-])(--[A-Za-z][\w-]{0,63}) (?!-)/g;

/** Names that hold a secret only in a URL's query. */
const inQuery = /^(?:key|sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token|sid|session)$/i;

/** A word from such a name, before what separates it from its value. */
const hint =
  /(?:key|token|secret|pass|pwd|pw|auth|cookie|credential|creds|conn|dsn|jwt|otp|pat|bearer|sig|sid|session)[\w.-]{0,60}\\{0,3}["']?[ \t\u00a0]{0,8}[=:]/i;

/** Finds values under a secret's name, in the many ways in which texts write them. */
export function* assignmentSpans(text: string): Generator<Span> {
  // Few texts have such a word before an `=` or a `:`.
  if (hint.test(text)) yield* assignedSpans(text);
  if (text.includes('--')) yield* flaggedSpans(text);
}

function* assignedSpans(text: string): Generator<Span> {
  let from = 0;
  for (const match of text.matchAll(assigned)) {
    if (match.index < from) continue;
    const [whole, name = '', closing, parting = '', opening] = match;
    const before = text[match.index - 1];
    // The name of a user in a URL.
    if (before === '/' && text[match.index - 2] === '/') continue;
    const query = (before === '?' || before === '&') && parting === '=';
    if (!(isSecretName(name) || (query && inQuery.test(name)))) continue;
    const start = afterScheme(text, match.index + whole.length);
    const end = opening === undefined ? bareEnd(text, start, name) : quotedEnd(text, start, opening);
    // Skip what was looked at, so that nothing is looked at twice.
    from = end;
    const value = text.slice(start, end);
    if (opening !== undefined) {
      if (isQuotedSecret(value)) yield { start, end };
    } else if (isBareSecret(value, { name, parting, query, next: text[end] })) {
      // JSON has no quotes around numbers, and a number with few digits is a count.
      if (closing === undefined || /[A-Za-z]|[0-9]{4}/.test(value)) yield { start, end };
    }
  }
}

function* flaggedSpans(text: string): Generator<Span> {
  for (const match of text.matchAll(flagged)) {
    if (!isSecretName(String(match[1]))) continue;
    const start = match.index + match[0].length;
    const isQuoted = text[start] === '"' || text[start] === "'";
    const at = isQuoted ? start + 1 : start;
    const end = isQuoted ? quotedEnd(text, at, text.charAt(start)) : bareEnd(text, at, '');
    const value = text.slice(at, end);
    if (isQuoted ? isQuotedSecret(value) : isFlagged(value)) yield { start: at, end };
  }
}

/** `Authorization: Bearer …`: the scheme isn't secret. */
function afterScheme(text: string, start: number): number {
  const scheme = /(?:bearer|basic|token|digest|apikey|negotiate)\s{1,4}(?=\S)/iy;
  scheme.lastIndex = start;
  return scheme.test(text) ? scheme.lastIndex : start;
}

/** Up to the closing quote, or to the end of the line if there is none. */
function quotedEnd(text: string, from: number, opening: string): number {
  const isEscaped = opening.startsWith('\\');
  const quote = opening.at(-1);
  let at = from;
  for (; at < text.length; at += 1) {
    const character = text[at];
    if (character === quote || character === '\n' || (isEscaped && character === '\\')) return at;
    if (character === '\\') at += 1;
  }
  return Math.min(at, text.length);
}

/** A list of cookies goes to the end of the line. */
function bareEnd(text: string, at: number, name: string): number {
  const run = /cookie$/i.test(name) ? /[^\r\n"'\\]*/y : /[^\s"'`,;&<>(){}[\]\\|]*/y;
  run.lastIndex = at;
  return run.test(text) ? run.lastIndex : at;
}

function isQuotedSecret(value: string): boolean {
  return value !== '' && !isPlaceholder(value) && !isIdentifier(value);
}

/** What stands around a value without quotes. */
interface Around {
  readonly name: string;
  readonly parting: string;
  readonly query: boolean;
  readonly next: string | undefined;
}

function isBareSecret(value: string, { name, parting, query, next }: Around): boolean {
  const plain = value.replace(/[.!?:]{1,3}$/, '');
  if (plain === '' || isPlaceholder(plain)) return false;
  // `${…}` and `$(…)`
  if (plain === '$' && (next === '{' || next === '(')) return false;
  if (query) return !/^(?:key|sid|session)$/i.test(name) || /^(?=.*[0-9])(?=.*[A-Za-z]).{16}/s.test(plain);
  // A call, a member or another name is code.
  if (next === '(' || next === '[' || isIdentifier(plain)) return false;
  if (/tokens$/i.test(name) && /^[0-9.]+$/.test(plain)) return false;
  if (parting === '=') return true;
  // A colon may also be followed by an error: `invalid token: malformed header`.
  return plain.length >= 4 && !/^[A-Za-z][a-z]{0,13}$/.test(plain);
}

/** The name of another secret, as in code: `password: userPassword`. */
function isIdentifier(value: string): boolean {
  return /^[A-Za-z_$][A-Za-z_$.-]{0,63}$/.test(value) && isSecretName(value);
}

/** A word after a flag may also be the prose around it. */
function isFlagged(value: string): boolean {
  return value.length >= 4 && !isPlaceholder(value) && !isIdentifier(value) && !/^[a-z]{1,7}$/.test(value);
}
