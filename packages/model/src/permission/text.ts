import { type AccessClass, accessClassSchema } from '../access-class.ts';
import { compileCondition } from '../condition/compile.ts';
import { environmentName } from '../names.ts';
import { quote } from '../visible.ts';
import {
  type Clause,
  clauseSchema,
  isUnconditional,
  type PermissionEntry,
  type PermissionTable,
} from './clause.ts';
import { printClause, quoted, readClause, readerOf } from './clause-text.ts';

/** The version of the text's format. */
const tableVersion = 1;

/** Targets that need no quotation marks. */
const plainTarget = /[a-z0-9-]+\/[A-Za-z0-9_.:/{}*+?&=%@~,;-]+/;

/**
 * The whole table as text, one clause per line: what a reviewer reads is what the gateway loads. Invisible characters
 * are escaped.
 *
 * @example
 * # lockstep permission table 1: prod
 * files/read_file read allow # profile.prod
 * files/write_file write for ops when "pathUnder(args.path, \"public\")" allow # rules.public-writes
 * files/write_file write approve by 1 of approver within 86400s # profile.prod
 */
export function printTable({ environment, entries }: PermissionTable): string {
  return `${header(environment)}\n${entries.map(printEntry).join('')}`;
}

/** One target's lines; each ends in a line break. */
export function printEntry(entry: PermissionEntry): string {
  const target = printedTarget(entry);
  return linesOf(entry)
    .map((line) => `${target} ${line}\n`)
    .join('');
}

/**
 * The same lines by target, each without it, in the order of the table. Where two tables are compared value by value,
 * as previews do with a stack's outputs, exactly the targets differ whose permission does.
 *
 * @example
 * {
 *   'files/read_file': 'read allow # profile.prod',
 *   'files/write_file': 'write for ops allow # rules.ops\nwrite approve by 1 of approver within 86400s # profile.prod',
 * }
 */
export function printByTarget({ entries }: PermissionTable): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => [printedTarget(entry), linesOf(entry).join('\n')]));
}

function printedTarget({ target }: PermissionEntry): string {
  return matchesWhole(plainTarget, target) ? target : quote(target);
}

function linesOf(entry: PermissionEntry): string[] {
  return entry.clauses.map((clause) => `${entry.class} ${printClause(clause)}`);
}

/**
 * The inverse of {@link printTable}. It accepts exactly what that prints, and nothing ambiguous.
 *
 * @throws Error that names the first wrong line.
 */
export function parseTable(text: string): PermissionTable {
  const end = text.indexOf('\n');
  const first = end < 0 ? text : text.slice(0, end);
  const environment = /^# lockstep permission table \d+: (\S+)$/.exec(first)?.[1] ?? '';
  if (!environmentName.safeParse(environment).success || first !== header(environment)) {
    throw new Error(`line 1 must be \`${header('<environment>')}\``);
  }
  return { environment, entries: parseEntries(text.slice(first.length + 1), 2) };
}

/** Reads the lines of several targets, sorted, without the header; `line` is the number of the first. */
export function parseEntries(text: string, line = 1): PermissionEntry[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error(`line ${line + lines.length} must end in a line break`);
  const entries: { target: string; class: AccessClass; clauses: Clause[] }[] = [];
  lines.forEach((content, index) => {
    const read = parseLine(content, `line ${line + index}`);
    const last = entries.at(-1);
    const done = last?.clauses.some(isUnconditional) ?? true;
    if (last?.target === read.target) {
      if (done || last.class !== read.class) {
        throw new Error(`line ${line + index} can't follow the line before it`);
      }
      last.clauses.push(read.clause);
    } else {
      if (!done || (last && last.target > read.target)) {
        throw new Error(`line ${line + index} must continue \`${last?.target}\` or start a later target`);
      }
      entries.push({ target: read.target, class: read.class, clauses: [read.clause] });
    }
  });
  if (entries.at(-1)?.clauses.some(isUnconditional) === false) {
    throw new Error(`line ${line + lines.length - 1} must be for everybody, as the last of its target`);
  }
  return entries;
}

function parseLine(content: string, where: string): { target: string; class: AccessClass; clause: Clause } {
  const reader = readerOf(content);
  const bare = reader.take(plainTarget)?.[0];
  const encoded = bare === undefined ? reader.take(quoted)?.[1] : undefined;
  const accessClass = accessClassSchema.safeParse(reader.take(/ ([a-z]+) /)?.[1]);
  const clause = clauseSchema.safeParse(readOrNothing(reader));
  if (!accessClass.success || !clause.success || !reader.atEnd()) {
    throw new Error(`${where} isn't a clause: ${content.slice(0, 200)}`);
  }
  const target = bare ?? (JSON.parse(encoded ?? '""') as string);
  const entry = { target, class: accessClass.data, clauses: [clause.data] };
  if (printEntry(entry) !== `${content}\n`) throw new Error(`${where} isn't written as lockstep writes it`);
  if (clause.data.uri !== undefined && !target.endsWith('/resource:*')) {
    throw new Error(`${where} narrows a URI, which only resources have`);
  }
  if (clause.data.when !== undefined) compileIn(clause.data.when, where);
  return { target, class: accessClass.data, clause: clause.data };
}

function readOrNothing(reader: ReturnType<typeof readerOf>): unknown {
  try {
    return readClause(reader);
  } catch {
    return undefined;
  }
}

function compileIn(when: string, where: string): void {
  try {
    compileCondition(when);
  } catch (error) {
    throw new Error(`${where} has a broken condition: ${(error as Error).message}`);
  }
}

function header(environment: string): string {
  return `# lockstep permission table ${tableVersion}: ${environment}`;
}

function matchesWhole(pattern: RegExp, text: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`).test(text);
}
