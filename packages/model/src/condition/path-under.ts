/**
 * Whether `path` is `root` or lies under it. Only the text counts: `.` and `..` are resolved, but symbolic links
 * aren't followed. Relative paths start at the server's working folder, whose own path isn't known here.
 *
 * @throws Error if the text alone doesn't decide it, so that the condition denies: only one path is absolute, a path
 * leads out of the working folder, or some servers read it differently.
 * @example
 * pathUnder('public/a.txt', 'public'); // true
 * pathUnder('public/../secret', 'public'); // false
 */
export function pathUnder(path: string, root: string): boolean {
  const inner = segments(path);
  const outer = segments(root);
  if (path.startsWith('/') !== root.startsWith('/')) {
    throw new Error(`only one of ${JSON.stringify(path)} and ${JSON.stringify(root)} is absolute`);
  }
  // `../work/secret` may be `secret`: only the server knows the name of its working folder.
  if (inner[0] === '..' && outer[0] !== '..') {
    throw new Error(`${JSON.stringify(path)} leads out of the server's working folder`);
  }
  return outer.every((segment, index) => segment === inner[index]);
}

/** Spellings that some servers trim, expand or translate, so that they open another path than the text says. */
const ambiguous: readonly (readonly [RegExp, string])[] = [
  [/\0/, 'holds a NUL'],
  [/\\/, 'holds a backslash; write `/`'],
  [/^\s|\s$/, 'starts or ends with white space'],
  [/^["'`]|["'`]$/, 'starts or ends with a quotation mark'],
  [/^~/, 'starts with `~`; write the whole path'],
  [/^[A-Za-z][A-Za-z0-9+.-]*:\/|^[A-Za-z]:/, 'starts with a scheme or drive; write a plain path'],
];

function segments(path: string): string[] {
  for (const [pattern, fault] of ambiguous) {
    if (pattern.test(path)) throw new Error(`the path ${JSON.stringify(path)} ${fault}`);
  }
  const found: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') found.push(segment);
    else if (found.length > 0 && found.at(-1) !== '..') found.pop();
    else if (!path.startsWith('/')) found.push(segment);
  }
  return found;
}
