import type { z } from 'zod';

/** One thing that is wrong with what a person wrote, and where. */
export interface Finding {
  /** The path of the field, as a person would write it: `environments.prod.rules[2].when`. */
  readonly path: string;
  /** One sentence: what was found and what to do. */
  readonly message: string;
}

/**
 * Thrown for input from people (definitions, locks, bundles) that can't be used. Holds every finding at once,
 * so that a file is mended in one go.
 */
export class ConfigurationError extends Error {
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
 * Parses `input` and names every misfit by its path under `root`.
 *
 * @throws ConfigurationError with one finding per misfit.
 * @example
 * const servers = parseOrThrow(serversSchema, input, 'servers');
 */
export function parseOrThrow<T extends z.ZodType>(schema: T, input: unknown, root: string): z.output<T> {
  const result = schema.safeParse(input, { reportInput: false });
  if (result.success) return result.data;
  throw new ConfigurationError(result.error.issues.flatMap((issue) => findingsOf(issue, root)));
}

function findingsOf(issue: z.core.$ZodIssue, root: string): Finding[] {
  const path = printPath(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: printPath(path, [key]),
      message: 'unknown field; remove it or correct its spelling.',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that got furthest is the one that was meant.
    const meant = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
    if (depth(meant) > 0) return meant.flatMap((inner) => findingsOf(inner, path));
  }
  return [{ path, message: sentence(issue.message) }];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Prints a path the way it would be written in code: `rules[2].when`, `servers["odd name"]`. */
export function printPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, root);
}
