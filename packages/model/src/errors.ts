import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';

/**
 * One thing that is wrong with what a person wrote, and where.
 *
 * @example
 * const finding: Finding = {
 *   path: 'environments.prod.releases.files',
 *   message: "pins the release 3.0, which isn't in the lock; choose one of 2026.7.4.",
 * };
 */
export interface Finding {
  /** The path of the field, as a person would write it: `environments.prod.rules[2].when`. */
  readonly path: string;
  /** One sentence: what was found and what to do. */
  readonly message: string;
}

/**
 * Thrown for input from people (definitions, locks, bundles) that can't be used. It holds every finding, so that
 * people can fix a file in one go. `message` has a line for each finding.
 *
 * @example
 * try {
 *   defineServers({ Docs: { remote: { url: 'https://docs.example.com/mcp' } } });
 * } catch (error) {
 *   if (error instanceof ConfigurationError) for (const { path, message } of error.findings) console.error(path, message);
 * }
 */
export class ConfigurationError extends Error {
  /** Everything that is wrong, in the order in which it was found. */
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => `${finding.path}: ${finding.message}`).join('\n'));
    this.name = 'ConfigurationError';
    this.findings = findings;
  }
}

/** Throws a {@link ConfigurationError} unless there is nothing to report. */
export function throwIfAny(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new ConfigurationError(findings);
}

/**
 * Parses `input`, and names everything that doesn't fit the schema by its path under `root`.
 *
 * @throws ConfigurationError with a finding for each.
 * @example
 * const servers = parseOrThrow(serversSchema, input, 'servers');
 */
export function parseOrThrow<T extends z.ZodType>(schema: T, input: unknown, root: string): z.output<T> {
  const result = schema.safeParse(input, { reportInput: false, error: nameNearest });
  if (result.success) return result.data;
  throw new ConfigurationError(result.error.issues.flatMap((issue) => findingsOf(issue, root)));
}

const removeIt = 'remove it or correct its spelling.';

/** The message for unknown fields: a line for each, with the field that was meant. Other issues keep their own. */
function nameNearest(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const known =
    issue.inst instanceof Object && 'shape' in issue.inst ? Object.keys(issue.inst.shape as object) : [];
  return issue.keys
    .map((key) => {
      const nearest = nearestName(key, known);
      return nearest === undefined ? removeIt : `did you mean \`${nearest}\`?`;
    })
    .join('\n');
}

/** The name that was probably meant: one is the start of the other, or at most a third of its letters differ. */
function nearestName(written: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const start = known.find((name) => written.startsWith(name) || name.startsWith(written));
  const nearest = start ?? closest(written, known);
  const isNear = distance(written.toLowerCase(), nearest.toLowerCase()) <= Math.ceil(nearest.length / 3);
  return start !== undefined || isNear ? nearest : undefined;
}

function findingsOf(issue: z.core.$ZodIssue, root: string): Finding[] {
  const path = printPath(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const advice = issue.message.split('\n');
    return issue.keys.map((key, at) => ({
      path: printPath(path, [key]),
      message: `unknown field; ${advice[at] ?? removeIt}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ path, message: sentence(`its name ${inner.message}`) }));
  }
  if (issue.code === 'invalid_union') {
    const meant = meantBranch(issue.errors);
    if (meant) return meant.flatMap((inner) => findingsOf(inner, path));
  }
  return [{ path, message: sentence(plainly(issue)) }];
}

/** The branch of a union that the writer meant: it accepts this kind of value, and knows the most of its fields. */
function meantBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const [meant] = branches
    .filter((issues) => issues.length > 0 && !issues.some(isOtherKind))
    .toSorted((a, b) => unknownFields(a) - unknownFields(b) || a.length - b.length);
  return meant;
}

function unknownFields(issues: readonly z.core.$ZodIssue[]): number {
  const atRoot = issues.filter((issue) => issue.path.length === 0);
  return atRoot.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
}

/** Whether the whole value is of another kind than expected. */
function isOtherKind(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code);
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The library's message in our words, if it says what was expected. */
function plainly(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const wanted = kinds[issue.expected] ?? issue.expected;
    const found = /received (\w+)$/.exec(issue.message)?.[1] ?? 'something else';
    return found === 'undefined'
      ? `is missing; it must be ${wanted}`
      : `must be ${wanted}, not ${kinds[found] ?? found}`;
  }
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid')) {
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  }
  if (issue.code === 'too_small' && issue.message.startsWith('Too'))
    return bound(issue, issue.minimum, 'least');
  if (issue.code === 'too_big' && issue.message.startsWith('Too')) return bound(issue, issue.maximum, 'most');
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const wanted = issue.errors.flat().filter(isOtherKind).map(plainly);
    return [...new Set(wanted)].join(', or ') || 'has an unknown form';
  }
  return issue.message;
}

function bound(
  { origin, inclusive }: { origin: string; inclusive?: boolean },
  limit: number | bigint,
  side: 'least' | 'most',
): string {
  if (inclusive === false) return `must be ${side === 'least' ? 'more' : 'less'} than ${limit}`;
  const unit = origin === 'string' ? 'character' : origin === 'array' ? 'item' : undefined;
  if (unit === undefined) return `must be at ${side} ${limit}`;
  return `must have at ${side} ${limit} ${unit}${limit === 1 ? '' : 's'}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Prints a path as it would be written in code: `rules[2].when`, `servers["odd name"]`. */
export function printPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, root);
}
