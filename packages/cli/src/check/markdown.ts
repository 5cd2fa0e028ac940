import { type TableState, visible } from '@lockstep/model/internal';
import { type EnvironmentChange, printReleases } from '../plan/compare.ts';
import { countOf, printFinding } from '../view/phrases.ts';
import type { FieldChange, ObjectChange } from './object-diff.ts';
import type { EnvironmentObjects } from './objects.ts';
import type { Check, CheckResult } from './run-checks.ts';

/** What a change does, compared with another state of the program. */
export interface Change {
  readonly environments: readonly EnvironmentChange[];
  /** Absent where there is no Pulumi program. */
  readonly objects?: readonly EnvironmentObjects[];
}

/** The first line of a comment, by which it is found again. */
const marker = '<!-- lockstep check -->';

/** Bytes for each part of a comment: in all less than the 65,536 characters that GitHub takes. */
const room = {
  permissions: 22_000,
  releases: 12_000,
  findings: 9_000,
  objects: 14_000,
  rest: 2_500,
} as const;

/**
 * The comment of a pull request. Outside of code there are only words of ours, numbers, and names of environments:
 * whatever others wrote stands in blocks of code.
 *
 * @param change absent: only what was found is told.
 */
export function printMarkdown(result: CheckResult, change: Change | undefined): string {
  const found = result.checks.reduce((sum, { findings }) => sum + findings.length, 0);
  const parts = [
    marker,
    '## Lockstep',
    found === 0 ? 'Everything that was checked holds.' : `**${countOf(found, 'finding')}**, listed below.`,
    ...(change === undefined ? [] : printChange(change)),
    ...printFindings(result.checks),
    ...folded('Connections by name that nothing enforces', result.egress),
    ...folded('Advice', result.advice.map(printFinding)),
    ...folded('What was checked', result.checks.map(summaryOf)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function printChange({ environments, objects }: Change): string[] {
  const changed = environments.filter(({ permissions }) => permissions.length > 0);
  const share = Math.floor(room.permissions / Math.max(1, changed.length));
  const releases = printReleases(environments);
  return [
    '### Permissions',
    ...(changed.length === 0 ? ['No permission changes.'] : []),
    ...changed.flatMap((change) => [
      `#### ${change.environment}`,
      fence(permissionLines(change), share, 'diff'),
    ]),
    '### Releases',
    releases.length === 0 ? 'No release changes.' : fence(releases, room.releases),
    ...(objects === undefined ? [] : ['### Objects', ...printObjects(objects)]),
  ];
}

/** What was, and what is to be, one under the other. */
function permissionLines({ permissions }: EnvironmentChange): string[] {
  return permissions.flatMap(({ target, before, after }) => {
    const isClassed = before !== undefined && after !== undefined && before.class !== after.class;
    const shownState = (state: TableState | undefined) => {
      if (state === undefined) return 'not locked';
      return isClassed ? `${state.summary} (${state.class})` : state.summary;
    };
    return [`- ${target} ${shownState(before)}`, `+ ${target} ${shownState(after)}`];
  });
}

function printObjects(objects: readonly EnvironmentObjects[]): string[] {
  if (objects.length === 0) return ['No object changes.'];
  const share = Math.floor(room.objects / objects.length);
  return objects.map(({ environment, changes, unknown }) => {
    if (unknown !== undefined) return `${environment}: not compared, since ${unknown}.`;
    const count = (kind: ObjectChange['kind']) => changes.filter((change) => change.kind === kind).length;
    const title = `${environment}: ${count('added')} added, ${count('changed')} changed, ${count('removed')} removed`;
    return details(title, fence(changes.flatMap(objectLines), share, 'diff'));
  });
}

const signs = { added: '+', removed: '-', changed: '!' } as const;

function objectLines({ object, kind, fields }: ObjectChange): string[] {
  return [`${signs[kind]} ${object}`, ...fields.flatMap(fieldLines)];
}

function fieldLines({ field, before = [], after = [] }: FieldChange): string[] {
  return [`  ${field}`, ...before.map((line) => `-   ${line}`), ...after.map((line) => `+   ${line}`)];
}

function printFindings(checks: readonly Check[]): string[] {
  const lines = checks.flatMap(({ name, findings }) =>
    findings.map((finding) => `${name}: ${printFinding(finding)}`),
  );
  return lines.length === 0 ? [] : ['### Findings', fence(lines, room.findings)];
}

function summaryOf({ name, summary, findings }: Check): string {
  return `${name}: ${findings.length === 0 ? summary : countOf(findings.length, 'finding')}`;
}

function folded(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [details(title, fence(lines, room.rest))];
}

function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** Columns after which a line goes on in the next, so that nothing is out of sight to the right. */
const width = 140;

/**
 * Lines as a block of code, in which Markdown, HTML and mentions mean nothing. They are made so that none can end the
 * block, hold anything invisible, or reach out of sight.
 *
 * @param maxBytes bytes that the block may take; what doesn't fit is counted in its last line.
 */
function fence(lines: readonly string[], maxBytes: number, language = ''): string {
  const kept: string[] = [];
  let left = maxBytes - 60;
  for (const [index, line] of lines.entries()) {
    const shown = wrap(harmless(line));
    left -= Buffer.byteLength(shown) + 1;
    if (left < 0) {
      kept.push(`… ${lines.length - index} more`);
      break;
    }
    kept.push(shown);
  }
  return ['```'.concat(language), ...kept, '```'].join('\n');
}

/** A line that is none of Markdown's fences. */
function harmless(line: string): string {
  const shown = visible(line);
  return /^\s*(```|~~~)/.test(shown) ? `| ${shown}` : shown;
}

/** Keeps the sign of a line of a diff on what it goes on with. */
function wrap(line: string): string {
  if (line.length <= width) return line;
  const sign = /^[+-] /.exec(line)?.[0] ?? '  ';
  const parts = [line.slice(0, width)];
  const step = width - 6;
  for (let at = width; at < line.length; at += step) parts.push(`${sign}  … ${line.slice(at, at + step)}`);
  return parts.join('\n');
}
