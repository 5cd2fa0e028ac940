import {
  type ComponentResourceOptions,
  type Input,
  type ProviderResource,
  Resource,
  RunError,
} from '@pulumi/pulumi';
import { refuse } from './errors.ts';
import { mapped } from './inputs.ts';

/** The providers that components need, with a resource type of each. */
const packages = {
  kubernetes: 'kubernetes:core/v1:ConfigMap',
  vault: 'vault:index/policy:Policy',
} as const;

/**
 * Requires an explicit provider: the default one would use whatever kube context or Vault token this machine happens
 * to have.
 *
 * @throws RunError if neither the options nor a parent have one.
 */
export function requireProvider(
  opts: ComponentResourceOptions | undefined,
  who: string,
  kind: keyof typeof packages,
): ProviderResource {
  const { provider, providers = [], parent } = opts ?? {};
  const given = [provider, ...Object.values(providers)];
  const found =
    given.find((one) => isOfType(one, `pulumi:providers:${kind}`)) ?? parent?.getProvider(packages[kind]);
  if (found !== undefined) return found;
  throw new RunError(
    `${who}: opts.providers: has no ${kind} provider; pass one, as in \`{ providers: { ${kind}: provider } }\`, or a parent that has one.`,
  );
}

/** The objects that components have made, by cluster. A program's providers live as long as the program. */
const claimed = new WeakMap<ProviderResource, Set<string>>();

/**
 * Requires unique names: two components with the same name would overwrite each other's objects.
 *
 * @throws RunError if another component of this program has the name in the namespace, as soon as that is known.
 */
export function claimName(
  provider: ProviderResource,
  who: string,
  { name, namespace }: { readonly name: string; readonly namespace: Input<string> },
): void {
  const names = claimed.get(provider) ?? new Set();
  claimed.set(provider, names);
  mapped(namespace, (known) => {
    const object = `${known}/${name}`;
    if (names.has(object)) {
      refuse(
        who,
        'name',
        `the namespace ${known} already has ${name} from this program; choose another name.`,
      );
    }
    names.add(object);
  });
}

/**
 * Lets a component plan its parts before it registers anything, without planning them twice.
 *
 * @returns a function that plans, and one that takes the plan that was made for the same arguments, or makes it.
 */
export function plannedOnce<Args extends object, Plan>(
  plan: (who: string, args: Args) => Plan,
): readonly [plan: (who: string, args: Args) => Plan, take: (who: string, args: Args) => Plan] {
  const plans = new WeakMap<Args, Plan>();
  return [
    (who, args) => {
      const made = plan(who, args);
      plans.set(args, made);
      return made;
    },
    (who, args) => {
      const made = plans.get(args);
      if (made === undefined) return plan(who, args);
      // A program may change the arguments, and use them again.
      plans.delete(args);
      return made;
    },
  ];
}

/**
 * Whether a value is a component of a type, whichever copy of this package or of the SDK made it. `instanceof` would
 * recognise only one copy.
 */
export function isOfType(value: unknown, type: string): boolean {
  return Resource.isInstance(value) && (value as { __pulumiType?: unknown }).__pulumiType === type;
}
