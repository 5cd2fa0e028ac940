import { quote, visible } from '../visible.ts';

/** How much a change matters to the users of a server, in terms of semantic versioning. */
export type VersionStep = 'none' | 'patch' | 'minor' | 'major';

/** One thing that differs between two releases. */
export interface ReleaseChange {
  /** `tools/<name>`, `prompts/<name>`, `resourceTemplates/<template>`, `instructions`, `source` or `server`. */
  readonly item: string;
  readonly kind:
    | 'added'
    | 'removed'
    | 'title'
    | 'description'
    | 'input'
    | 'output'
    | 'annotation'
    | 'class'
    | 'instructions'
    | 'source'
    | 'capability'
    | 'ignored'
    | 'other';
  readonly step: Exclude<VersionStep, 'none'>;
  /** What happened, without the item: `input narrowed (/properties/path: removed)`. */
  readonly text: string;
  /** The old and the new text, if people or models read it. */
  readonly before?: string;
  readonly after?: string;
}

/** Everything that differs between two releases, and the version step that it amounts to. */
export interface ReleaseDiff {
  readonly changes: readonly ReleaseChange[];
  readonly step: VersionStep;
}

/** The maximum number of characters shown of a changed text. */
const maxTextLength = 2000;

/**
 * A diff for people: the version step, then a line per change, with both sides of changed texts. Invisible characters
 * in what servers wrote are escaped.
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
  return text.length > maxTextLength ? `${quote(text.slice(0, maxTextLength))}…` : quote(text);
}
