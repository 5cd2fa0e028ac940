import type { ComponentResource } from '@pulumi/pulumi';
import { RunError } from '@pulumi/pulumi';

/** The providers that components ask for, and a resource type of each. */
const packages = {
  kubernetes: 'kubernetes:core/v1:ConfigMap',
  vault: 'vault:index/policy:Policy',
} as const;

/**
 * Holds a component to an explicit provider: the default one would use whatever kube context or Vault token this
 * machine happens to have.
 *
 * @throws RunError when neither the component's options nor a parent's give one.
 */
export function requireProvider(
  component: ComponentResource,
  who: string,
  kind: keyof typeof packages,
): void {
  if (component.getProvider(packages[kind]) !== undefined) return;
  throw new RunError(
    `${who}: opts.providers: has no ${kind} provider; pass one, as in \`{ providers: { ${kind}: provider } }\`, or a parent that has one.`,
  );
}
