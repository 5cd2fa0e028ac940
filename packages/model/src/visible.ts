/**
 * Invisible characters that change how a line reads: controls, spaces other than the plain one, bidirectional and
 * zero-width formatting, fillers, variation selectors, tags, noncharacters, lone surrogates. A fixed list and not
 * `\p{C}`, so that the same text prints the same under every version of Unicode.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them.
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: selectors stand alone here.
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Surrogate}]/gu;

/**
 * Makes text from others safe to show: characters that are invisible, or that reorder visible ones, become `\uXXXX`.
 *
 * @example
 * visible('a\u202eb'); // 'a\\u202eb'
 */
export function visible(text: string): string {
  return text.replace(invisible, (character) => {
    let escaped = '';
    for (let index = 0; index < character.length; index += 1) {
      escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }
    return escaped;
  });
}

/** A JSON string on one line without invisible characters; `JSON.parse` gives the text back. */
export function quote(text: string): string {
  return visible(JSON.stringify(text));
}
