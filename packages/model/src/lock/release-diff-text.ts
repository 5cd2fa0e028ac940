import { quote, visible } from '../visible.ts';
import type { ReleaseChange, ReleaseDiff } from './release-diff.ts';

/** How much of a changed text is shown around. */
const longestText = 2000;

/**
 * A diff for people: the version step, then a line per change, with both sides of changed texts. What servers
 * wrote is shown with nothing invisible in it.
 *
 * @example
 * printReleaseDiff('files 1.0.0 → 1.1.0', diff);
 * // ['files 1.0.0 → 1.1.0: minor', '  tools/copy: added (write, not confirmed)']
 */
export function printReleaseDiff(title: string, { changes, step }: ReleaseDiff): string[] {
  const head = changes.length === 0 ? `${title}: no change` : `${title}: ${step}`;
  return [head, ...changes.flatMap(printReleaseChange).map((line) => `  ${line}`)];
}

/** The lines of one change. */
export function printReleaseChange({ item, text, before, after }: ReleaseChange): string[] {
  return [
    `${visible(item)}: ${visible(text)}`,
    ...(before === undefined ? [] : [`  - ${shorten(before)}`]),
    ...(after === undefined ? [] : [`  + ${shorten(after)}`]),
  ];
}

function shorten(text: string): string {
  return text.length > longestText ? `${quote(text.slice(0, longestText))}…` : quote(text);
}
