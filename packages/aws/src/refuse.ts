import { RunError } from '@pulumi/pulumi';

/**
 * Ends the program with one sentence and without a stack trace.
 *
 * @param who the component and its name, as in `AuditArchive audit`.
 * @param field the argument, as a person wrote it: `retention.days`.
 * @param message what was found and what to do.
 * @throws RunError always.
 */
export function refuse(who: string, field: string, message: string): never {
  throw new RunError(`${who}: ${field}: ${message}`);
}
