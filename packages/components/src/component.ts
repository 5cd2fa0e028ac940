import { type ComponentResource, type ProviderResource, Resource, RunError } from '@pulumi/pulumi';
import { refuse } from './errors.ts';

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
): ProviderResource {
  const provider = component.getProvider(packages[kind]);
  if (provider !== undefined) return provider;
  throw new RunError(
    `${who}: opts.providers: has no ${kind} provider; pass one, as in \`{ providers: { ${kind}: provider } }\`, or a parent that has one.`,
  );
}

/** By cluster: the objects that components have made there. A program's providers end with it. */
const claimed = new WeakMap<ProviderResource, Set<string>>();

/**
 * Holds components to names of their own: two with the same one would write the same objects in turn.
 *
 * @throws RunError when another component of this program has the name in the namespace.
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
 * Whether a value is a component of a type, whichever copy of this package or of the SDK made it: `instanceof` would
 * tell copies apart.
 */
export function isOfType(value: unknown, type: string): boolean {
  return Resource.isInstance(value) && (value as { __pulumiType?: unknown }).__pulumiType === type;
}
