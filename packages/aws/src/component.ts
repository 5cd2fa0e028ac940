import { type ComponentResource, Resource, RunError } from '@pulumi/pulumi';

/**
 * Whether a value is a component of a type, whichever copy of this package or of the SDK made it. `instanceof` would
 * recognise only one copy.
 */
export function isOfType(value: unknown, type: string): boolean {
  return Resource.isInstance(value) && (value as { __pulumiType?: unknown }).__pulumiType === type;
}

/**
 * Requires an explicit provider: the default one would use whatever AWS profile this machine happens to have.
 *
 * @param who the component and its name, as in `AuditArchive audit`.
 * @throws RunError if neither the component nor a parent has one.
 */
export function requireProvider(component: ComponentResource, who: string): void {
  if (component.getProvider('aws:s3/bucket:Bucket') !== undefined) return;
  throw new RunError(
    `${who}: opts.providers: has no aws provider; pass one, as in \`{ providers: { aws: provider } }\`, or a parent that has one.`,
  );
}

/**
 * Ends the program with one sentence and without a stack trace.
 *
 * @param who the component and its name, as in `AuditArchive audit`.
 * @param field the argument, as a person writes it: `retention.days`.
 * @param message what was found and what to do.
 * @throws RunError always.
 */
export function refuse(who: string, field: string, message: string): never {
  throw new RunError(`${who}: ${field}: ${message}`);
}
