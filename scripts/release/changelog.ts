/** What is released next may stand under this heading already. */
const unreleased = '## Unreleased\n';

/**
 * Gives what is released next a heading with its version, after the lines that stood under `Unreleased`.
 *
 * @param texts what the changesets say, each one a line of the list.
 */
export function withRelease(
  changelog: string,
  version: string,
  date: string,
  texts: readonly string[],
): string {
  const at = changelog.search(/^## /m);
  const intro = at === -1 ? `${changelog.trimEnd()}\n\n` : changelog.slice(0, at);
  const sections = at === -1 ? '' : changelog.slice(at);
  const end = sections.startsWith(unreleased) ? endOfSection(sections) : 0;
  const written = sections.slice(unreleased.length, end).trim();
  const lines = [...(written === '' ? [] : [written]), ...texts.map(printItem)].join('\n');
  const older = sections.slice(end);
  return `${intro}## ${version} (${date})\n\n${lines}\n${older === '' ? '' : `\n${older}`}`;
}

/** What stands under the heading of a version. @throws Error where it has none. */
export function notesOf(changelog: string, version: string): string {
  const at = changelog.indexOf(`\n## ${version} (`) + 1;
  if (at === 0) throw new Error(`CHANGELOG.md has no heading for ${version}; run \`npm run version\`.`);
  const section = changelog.slice(at);
  return `${section.slice(section.indexOf('\n'), endOfSection(section)).trim()}\n`;
}

function endOfSection(text: string): number {
  const next = text.indexOf('\n## ');
  return next === -1 ? text.length : next + 1;
}

/** An item of a list; its further lines belong to it. */
function printItem(text: string): string {
  return `- ${text.trim().replaceAll(/\n(?=.)/g, '\n  ')}`;
}
