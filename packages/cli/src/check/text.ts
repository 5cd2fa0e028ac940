import type { CommandContext } from '../kernel/context.ts';
import { printChanges } from '../plan/compare.ts';
import { countOf, printFinding } from '../view/phrases.ts';
import type { Change } from './markdown.ts';
import type { CheckResult } from './run-checks.ts';

/** What was found, check by check, for a person at a terminal. */
export function printText(
  result: CheckResult,
  change: Change | undefined,
  paint: CommandContext['paint'],
): string[] {
  const checks = result.checks.flatMap(({ name, summary, findings }) =>
    findings.length === 0
      ? [`${paint.green(name)}: ${summary}`]
      : [
          `${paint.red(name)}: ${countOf(findings.length, 'finding')}`,
          ...findings.map((one) => `  ${printFinding(one)}`),
        ],
  );
  return [
    ...checks,
    ...titled('egress', result.egress),
    ...titled('advice', result.advice.map(printFinding)),
    ...(change === undefined ? [] : ['', ...printChange(change)]),
  ];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function printChange({ environments, objects }: Change): string[] {
  const lines = [
    ...printChanges(environments),
    ...(objects ?? []).flatMap(({ environment, changes, unknown }) => [
      ...(unknown === undefined ? [] : [`${environment}: objects not compared, since ${unknown}.`]),
      ...changes.map(({ object, kind, fields }) => {
        const what = fields.length === 0 ? kind : `${kind} (${fields.map(({ field }) => field).join(', ')})`;
        return `${environment}: ${object} ${what}`;
      }),
    ]),
  ];
  return lines.length === 0 ? ['Nothing changes.'] : lines;
}
