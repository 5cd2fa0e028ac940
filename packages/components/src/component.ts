import { type ComponentResource, type ProviderResource, Resource, RunError } from '@pulumi/pulumi';
import { refuse } from './errors.ts';

/** The providers that components need, with a resource type of each. */
const packages = {
  kubernetes: 'kubernetes:core/v1:ConfigMap',
  vault: 'vault:index/policy:Policy',
} as const;

/**
 * Requires an explicit provider: the default one would use whatever kube context or Vault token this machine happens
 * to have.
 *
 * @throws RunError if neither the component nor a parent has one.
 */
export function requireProvider(
  component: ComponentResource,
  who: string,
  kind: keyof typeof packages,
): ProviderResource {
  const provider = component.getProvider(packages[kind]);
  if (provider !== undefined) return provider;
  throw new RunError(
    `${who}: opts.providers: has no ${kind} provider; pass one, as in \`{ providers: { ${kind}: provider } }\`, or a parent that has one.`,
  );
}

/** The objects that components have made, by cluster. A program's providers live as long as the program. */
const claimed = new WeakMap<ProviderResource, Set<string>>();

/**
 * Requires unique names: two components with the same name would overwrite each other's objects.
 *
 * @throws RunError if another component of this program has the name in the namespace.
 */
export function claimName(provider: ProviderResource, who: string, namespace: string, object: string): void {
  const names = claimed.get(provider) ?? new Set();
  claimed.set(provider, names);
  const name = `${namespace}/${object}`;
  if (names.has(name)) {
    refuse(
      who,
      'name',
      `the namespace ${namespace} already has ${object} from this program; choose another name.`,
    );
  }
  names.add(name);
}

/**
 * Whether a value is a component of a type, whichever copy of this package or of the SDK made it. `instanceof` would
 * recognise only one copy.
 */
export function isOfType(value: unknown, type: string): boolean {
  return Resource.isInstance(value) && (value as { __pulumiType?: unknown }).__pulumiType === type;
}
