import type { Finding } from '@lockstep/model';

/**
 * Something that keeps a command from running, in words for the person who typed it. Printed without a stack
 * trace; the exit code is 2.
 *
 * @example
 * throw new Failure('port 7411 is in use; stop the other program or choose another with --port.');
 */
export class Failure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
  }
}

/** A {@link Failure} that holds everything that is wrong with a file at once, one line each; see {@link findingsOf}. */
export function failureOf(findings: readonly Finding[]): Failure {
  return Object.assign(new Failure(findings.map(printFinding).join('\n')), { findings });
}

function printFinding({ path, message }: Finding): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** The findings of a {@link failureOf}, or of a `ConfigurationError`, whichever copy of the model made it. */
export function findingsOf(error: unknown): readonly Finding[] | undefined {
  if (!(error instanceof Error) || !('findings' in error) || !Array.isArray(error.findings)) return undefined;
  return error.findings as Finding[];
}

/** What to print for anything that was thrown: one clear sentence, or one per finding. */
export function sentenceOf(error: unknown): string {
  const findings = findingsOf(error);
  if (findings !== undefined) return findings.map(printFinding).join('\n');
  const text = error instanceof Error ? error.message : String(error);
  return text.trim() === '' ? 'something failed without saying why.' : text.trim();
}

/** The `code` of a Node system error (`ENOENT`), if it is one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
