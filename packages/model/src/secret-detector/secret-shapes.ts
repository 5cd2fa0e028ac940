import { isPlaceholder } from './placeholder.ts';

/** A part of a text, from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/*
 * Attackers write texts too, so every pattern takes linear time: it begins with fixed characters, its
 * repetitions are either bounded or at its end, and code checks what must follow a run.
 */

/** Tokens that carry their maker's prefix; each has a run of at least 16 letters, digits, `_` and `-`. */
const prefixed = [
  'gh[opsur]_[A-Za-z0-9]{20,}',
  'github_pat_\\w{20,}',
  'gl(?:pat|dt|rt|cbt|ptt|soat)-[\\w-]{16,}',
  'sk-(?:proj|ant|or|lf|svcacct|admin)-[\\w-]{10,}',
  'sk-[A-Za-z0-9]{16,}',
  '[rs]k_(?:live|test)_[A-Za-z0-9]{10,}',
  'whsec_[A-Za-z0-9+/=]{20,}',
  'xox[abeoprs]-[\\w-]{12,}',
  'xapp-[\\w-]{12,}',
  'A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])',
  'AIza[\\w-]{30,}',
  'ya29\\.[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  'npm_[A-Za-z0-9]{30,}',
  'pypi-Ag[\\w-]{30,}',
  'lks_[\\w-]{20,}',
  'hv[bsr]\\.[\\w-]{20,}',
  's\\.(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24}(?![\\w.])',
  'hf_[A-Za-z0-9]{30,}',
  'do[opr]_v1_[a-f0-9]{60,}',
  'dapi[a-f0-9]{32}(?![A-Za-z0-9])',
  'SG\\.[\\w-]{22}\\.[\\w-]{20,}',
  'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32,}',
  'lin_api_[A-Za-z0-9]{30,}',
  'ntn_[A-Za-z0-9]{40,}',
  'secret_[A-Za-z0-9]{40,}',
  'figd_[\\w-]{30,}',
  'ATATT3[\\w=-]{30,}',
  'gsk_[A-Za-z0-9]{30,}',
  'pplx-[A-Za-z0-9]{30,}',
  'gl(?:sa|c)_[\\w=+/]{30,}',
  'pul-[a-f0-9]{40,}',
  'dp\\.(?:pt|st)\\.[\\w-]{30,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{40,}',
  '(?<![0-9])[0-9]{8,10}:AA[\\w-]{33,}',
];

/** A token may follow anything but a letter or digit, and also an escape such as `\n`. */
const prefixedTokens = new RegExp(`(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]))(?:${prefixed.join('|')})`, 'g');

/** Finds every token that {@link prefixedTokens} matches. */
export function* tokenSpans(text: string): Generator<Span> {
  for (const match of text.matchAll(prefixedTokens)) yield spanOf(match, match[0]);
}

/** Finds JSON web tokens, including truncated ones. */
export function* jwtSpans(text: string): Generator<Span> {
  const headers = /eyJ[\w-]{13,}/g;
  for (let match = headers.exec(text); match !== null; match = headers.exec(text)) {
    if (text[headers.lastIndex] !== '.') continue;
    const end = runEnd(/[\w.-]+/y, text, headers.lastIndex);
    yield { start: match.index, end };
    headers.lastIndex = end;
  }
}

/** Finds private keys in PEM, up to their last line, or up to the end of the text if they are truncated. */
export function* pemSpans(text: string): Generator<Span> {
  const begins = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
  for (let match = begins.exec(text); match !== null; match = begins.exec(text)) {
    const last = text.indexOf('-----END', begins.lastIndex);
    const end = last < 0 ? text.length : runEnd(/-----END [A-Z0-9 ]{0,50}-{0,5}/y, text, last);
    yield { start: match.index, end };
    begins.lastIndex = end;
  }
}

/** Finds passwords before the host of a URL. */
export function* urlPasswordSpans(text: string): Generator<Span> {
  for (const match of text.matchAll(/:\/\/([^\s/?#"'<>\\`]+)/g)) {
    const authority = String(match[1]);
    const at = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (colon < 0 || colon + 1 >= at) continue;
    if (isPlaceholder(authority.slice(colon + 1, at))) continue;
    const offset = match.index + 3;
    yield { start: offset + colon + 1, end: offset + at };
  }
}

/** Finds URLs that let in anybody who knows them; their path is the secret. */
export function* webhookSpans(text: string): Generator<Span> {
  const hooks =
    /(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks)\/([\w/-]{1,60}\/[\w-]{16,})/g;
  for (const match of text.matchAll(hooks)) yield spanOf(match, String(match[1]));
}

/** Finds what follows `Bearer`, `Basic` or `Token` and looks like a credential, not like a word. */
export function* schemeSpans(text: string): Generator<Span> {
  // `lockstep:token ada` names a caller by the issuer of the gateway's own tokens.
  const schemes = /(?<![A-Za-z]|lockstep:)(bearer|basic|token)(?:\s{1,4}|%20|\+)([\w.~+/=-]{6,})/gi;
  for (const match of text.matchAll(schemes)) {
    const value = String(match[2]);
    const isBasic = match[1]?.toLowerCase() === 'basic';
    if (isBasic ? isUserAndPassword(value) : isToken(value)) yield spanOf(match, value);
  }
}

function isToken(value: string): boolean {
  // `tok_…` and `file_…` are the public names of the gateway's tokens.
  if (isPlaceholder(value) || /^(?:tok|file)_/.test(value)) return false;
  return (/[0-9]/.test(value) && /[A-Za-z]/.test(value)) || /^[A-Za-z]{16}/.test(value);
}

/** Base64 of `user:password`, or of its beginning. */
function isUserAndPassword(value: string): boolean {
  const whole = value.slice(0, 344).replace(/=+$/, '');
  try {
    const decoded = atob(whole.slice(0, whole.length - (whole.length % 4 === 1 ? 1 : 0)));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no credential contains one
    return decoded.includes(':') && !/[\u0000-\u001f]/.test(decoded);
  } catch {
    return false;
  }
}

/** The secret is at the end of the match. */
function spanOf(match: RegExpExecArray, secret: string): Span {
  const end = match.index + match[0].length;
  return { start: end - secret.length, end };
}

/** Where the run that begins at `from` ends. */
function runEnd(run: RegExp, text: string, from: number): number {
  run.lastIndex = from;
  return run.test(text) ? run.lastIndex : from;
}
