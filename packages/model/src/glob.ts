import { isMatch } from 'matcher';

/**
 * Whether one of the globs matches the whole text. `*` is any run of characters, line breaks and `/` included;
 * `\` makes the next character literal; everything else, `?` and `[` included, stands for itself.
 *
 * @example
 * matchesGlob(['files/read_*'], 'files/read_file'); // true
 */
export function matchesGlob(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => isMatch(text, literalStart(glob), { caseSensitive: true }));
}

/** The library negates on a leading `!`; here it is a character like any other. */
function literalStart(glob: string): string {
  return glob.startsWith('!') ? `\\${glob}` : glob;
}

/** Whether the glob has no `*`, so that it names one text. */
export function isLiteral(glob: string): boolean {
  return !tokens(glob).includes('*');
}

/** The one text that a glob without `*` matches. */
export function literalOf(glob: string): string {
  return tokens(glob).map(character).join('');
}

/**
 * What is left of a glob once it has matched `prefix`: globs of which one matches `rest` exactly when the glob
 * matches `prefix + rest`. Mostly one; none when the glob can't match; several when a `*` may end within the
 * prefix or beyond it.
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
  // What is left from a `*` on matches all that is left from any earlier position, and from the one behind it.
  const star = Math.max(-1, ...[...positions].filter((position) => pattern[position] === '*'));
  const rests = [...positions]
    .filter((position) => position === star || (position > star && (star < 0 || position !== star + 1)))
    .map((position) => pattern.slice(position).join(''))
    .filter((rest) => rest !== '');
  return rests.toSorted();
}

/** A position, and those behind it that a `*` matching nothing reaches. */
function reachable(pattern: readonly string[], position: number): number[] {
  return pattern[position] === '*' ? [position, ...reachable(pattern, position + 1)] : [position];
}

/** `*`, `\x` or a single UTF-16 unit each. A `\` at the end stands for itself. */
function tokens(glob: string): string[] {
  return glob.match(/\\?./gs) ?? [];
}

function character(token: string): string {
  return token.length === 2 ? token.slice(1) : token;
}
