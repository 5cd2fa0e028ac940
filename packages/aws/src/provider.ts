import { type ComponentResource, RunError } from '@pulumi/pulumi';

/**
 * Holds a component to an explicit provider: the default one would use whatever AWS profile this machine happens to
 * have.
 *
 * @param who the component and its name, as in `AuditArchive audit`.
 * @throws RunError when neither the component's options nor a parent's give one.
 */
export function requireProvider(component: ComponentResource, who: string): void {
  if (component.getProvider('aws:s3/bucket:Bucket') !== undefined) return;
  throw new RunError(
    `${who}: opts.providers: has no aws provider; pass one, as in \`{ providers: { aws: provider } }\`, or a parent that has one.`,
  );
}
