import { imageDigest, isUnpushed } from '@lockstep/model/internal';
import { type Input, log, type Resource, runtime } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';
import { checked, mapped } from '../inputs.ts';

/**
 * The digest of an image's reference.
 *
 * @throws RunError for a reference by tag, because what runs might not be what people reviewed.
 * @example
 * digestOfImage('McpServer files', 'image', 'registry.example.com/files@sha256:6b86…');
 */
export function digestOfImage(who: string, field: string, reference: string): string {
  const digest = imageDigest(reference);
  if (digest !== undefined) return digest;
  refuse(
    who,
    field,
    `${JSON.stringify(reference)} has no digest; write it as registry/name@sha256:… with 64 hexadecimal digits.`,
  );
}

/**
 * Checks a reference as soon as it is known. Use the result, so that nothing runs that wasn't checked.
 *
 * @throws RunError for a reference by tag, and in a deployment for an image that hasn't been pushed yet.
 */
export function checkImage(who: string, field: string, reference: Input<string>): Input<string> {
  return checked(reference, (known) => {
    digestOfImage(who, field, known);
    if (isUnpushed(known) && !runtime.isDryRun()) refuse(who, field, unpushed(known));
  });
}

/** Warns in a preview of an image that hasn't been pushed yet. */
export function warnIfUnpushed(
  who: string,
  field: string,
  reference: Input<string>,
  resource: Resource,
): void {
  mapped(reference, (known) => {
    if (isUnpushed(known)) void log.warn(`${who}: ${field}: ${unpushed(known)}`, resource);
  });
}

function unpushed(reference: string): string {
  return `${reference} has a digest of zeros, so it hasn't been pushed yet; build and push it, then give its real digest.`;
}
