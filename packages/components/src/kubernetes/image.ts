import { isUnpushed } from '@lockstep/model/internal';
import { log, type Resource, runtime } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';

/**
 * The digest of an image's reference.
 *
 * @throws RunError for a reference by tag, because what runs might not be what people reviewed.
 * @example
 * digestOfImage('McpServer files', 'image', 'registry.example.com/files@sha256:6b86…');
 */
export function digestOfImage(who: string, field: string, reference: string): string {
  const digest = /^[^@\s]+@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
  if (digest !== undefined) return digest;
  refuse(
    who,
    field,
    `${JSON.stringify(reference)} has no digest; write it as registry/name@sha256:… with 64 hexadecimal digits.`,
  );
}

/**
 * Accepts an image that hasn't been pushed yet in a preview, with a warning.
 *
 * @throws RunError for such an image in a deployment.
 */
export function holdToPushed(who: string, field: string, reference: string, resource: Resource): void {
  if (!isUnpushed(reference)) return;
  const message = `${reference} has a digest of zeros, so it hasn't been pushed yet; build and push it, then give its real digest.`;
  if (!runtime.isDryRun()) refuse(who, field, message);
  void log.warn(`${who}: ${field}: ${message}`, resource);
}
