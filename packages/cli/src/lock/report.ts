import { printReleaseDiff } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { unpinnedFiles } from '../launch/executable.ts';
import type { LoadedProgram } from '../project/load.ts';
import { countOf } from '../view/phrases.ts';
import { printUnconfirmed, type Unconfirmed, unconfirmed } from '../view/unconfirmed.ts';
import type { LockResult } from './lock-release.ts';
import { isPackaged } from './tasks.ts';

/** How the answer is told. */
interface ReportOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** Tells what came of it: each release, what differs, and what a person has to confirm. */
export function report(
  results: readonly LockResult[],
  declaration: LoadedProgram,
  options: ReportOptions,
  context: CommandContext,
): void {
  if (results.some(({ outcome }) => outcome === 'differs')) context.found();
  if (options.json) {
    const shown = results.map((result) => {
      const { release: _, ...rest } = result;
      return { ...rest, unconfirmed: waitingOf(result) };
    });
    context.json({ releases: shown });
    return;
  }
  if (results.length === 0)
    context.print('No environment pins a release of these servers; there is nothing to do.');
  for (const result of results) {
    for (const line of printResult(result, declaration, options)) context.print(line);
    noteUnpinned(result, declaration, context);
  }
  for (const line of printUnconfirmed(results.flatMap(waitingOf))) context.note(line);
}

function waitingOf({ server, release }: LockResult): Unconfirmed[] {
  return release === undefined ? [] : unconfirmed(server, release);
}

function printResult(result: LockResult, declaration: LoadedProgram, options: ReportOptions): string[] {
  const { server, label, outcome, reason, from, diff, release } = result;
  const name = `${server} ${label}`;
  switch (outcome) {
    case 'not run':
      return [`${name}: not read, since ${reason}.`];
    case 'unchanged':
      return [`${name}: ${options.check ? 'as locked' : 'already locked'}.`];
    case 'added': {
      const line = `${name}: locked with ${countOf(Object.keys(release?.tools ?? {}).length, 'tool')}.`;
      return diff === undefined ? [line] : [line, ...printReleaseDiff(`${server} ${from} → ${label}`, diff)];
    }
    case 'replaced':
      return printReleaseDiff(`${name}, replaced`, diff ?? { changes: [], step: 'none' });
    case 'differs': {
      if (diff === undefined) return [`${name}: ${reason}.`];
      const lines = printReleaseDiff(`${name} differs from the lock`, diff);
      return options.check ? lines : [...lines, howToTake(server, label, declaration)];
    }
  }
}

function howToTake(server: string, label: string, { servers }: LoadedProgram): string {
  const definition = servers[server];
  const command =
    definition !== undefined && isPackaged(definition) ? `${server}@${label}` : `${server} --update`;
  return `  The lock is unchanged; take it over with \`lockstep lock ${command}\`, or beside it with --as <label>.`;
}

/** A hash of an interpreter says nothing of the script that it runs. */
function noteUnpinned({ server }: LockResult, { servers }: LoadedProgram, context: CommandContext): void {
  const definition = servers[server];
  if (definition === undefined || !('run' in definition) || !('command' in definition.run)) return;
  const files = unpinnedFiles(definition.run.args, context.cwd);
  if (files.length > 0) {
    context.note(
      `${server}: \`${definition.run.command}\` is pinned, ${files.join(' and ')} ${files.length > 1 ? "aren't" : "isn't"}.`,
    );
  }
}
