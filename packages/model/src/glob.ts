import { isMatch } from 'matcher';

/**
 * Whether one of the globs matches the whole text. `*` matches any run of characters, including line breaks and `/`.
 * `\` makes the next character literal. Everything else, including `?` and `[`, stands for itself.
 *
 * @example
 * matchesGlob(['files/read_*'], 'files/read_file'); // true
 */
export function matchesGlob(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => isMatch(text, literalStart(glob), { caseSensitive: true }));
}

/** The library negates a glob with a leading `!`; here `!` is a character like any other. */
function literalStart(glob: string): string {
  return glob.startsWith('!') ? `\\${glob}` : glob;
}

/** Whether the glob has no `*`, so that it matches one text. */
export function isLiteral(glob: string): boolean {
  return !tokens(glob).includes('*');
}

/** The one text that a glob without `*` matches. */
export function literalOf(glob: string): string {
  return tokens(glob).map(character).join('');
}

/**
 * What is left of a glob after it has matched `prefix`. One of the returned globs matches `rest` exactly when the glob
 * matches `prefix + rest`. Usually there is one; there is none if the glob can't match, and there are several if a `*`
 * may end within the prefix or after it.
 *
 * @example
 * globsAfter('files/resource:file:///public/*', 'files/resource:'); // ['file:///public/*']
 * globsAfter('files/*', 'files/resource:'); // ['*']
 */
export function globsAfter(glob: string, prefix: string): string[] {
  const pattern = tokens(glob);
  let positions = new Set(reachable(pattern, 0));
  for (const unit of prefix.split('')) {
    const next = new Set<number>();
    for (const position of positions) {
      const token = pattern[position];
      const to =
        token === '*' ? position : token !== undefined && character(token) === unit ? position + 1 : -1;
      if (to >= 0) for (const reached of reachable(pattern, to)) next.add(reached);
    }
    positions = next;
  }
  // The rest from a `*` on matches everything that the rest from an earlier position or from the next one matches.
  const star = Math.max(-1, ...[...positions].filter((position) => pattern[position] === '*'));
  const rests = [...positions]
    .filter((position) => position === star || (position > star && (star < 0 || position !== star + 1)))
    .map((position) => pattern.slice(position).join(''))
    .filter((rest) => rest !== '');
  return rests.toSorted();
}

/** A position, and the later ones that it reaches if each `*` matches nothing. */
function reachable(pattern: readonly string[], position: number): number[] {
  return pattern[position] === '*' ? [position, ...reachable(pattern, position + 1)] : [position];
}

/** Splits a glob into `*`, `\x` and single UTF-16 units. A `\` at the end stands for itself. */
function tokens(glob: string): string[] {
  return glob.match(/\\?./gs) ?? [];
}

function character(token: string): string {
  return token.length === 2 ? token.slice(1) : token;
}
